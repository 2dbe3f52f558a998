//! Serving the eval breaker.

use vm_core::breaker::event;

use crate::{error::PyResult, vm::Vm};

impl Vm {
    /// Whether an event waits for this thread.
    #[inline(always)]
    pub(crate) fn has_events(&self) -> bool {
        self.core().breaker().events() != 0
    }

    /// A safepoint: serves stop requests, signals, finalizers and the other events, if there are any.
    #[inline(always)]
    pub fn poll(&self) -> PyResult<()> {
        if self.has_events() { self.serve_events() } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn serve_events(&self) -> PyResult<()> {
        let breaker = self.core().breaker();
        let events = breaker.events();
        if events & (event::STOP | event::GC) != 0 {
            self.heap().poll(&self.attached());
        }
        if events & event::RECHECK != 0 {
            self.recheck();
        }
        if events & event::RETIRED != 0 {
            self.heap().safepoint_park(|| self.interp().core.drain_retired(&self.attached()));
        }
        if events & event::FINALIZERS != 0 {
            breaker.clear(event::FINALIZERS);
            self.run_finalizers();
        }
        if events & event::FAULTS != 0 {
            self.inject_faults();
        }
        if events & event::SIGNAL != 0 {
            breaker.clear(event::SIGNAL);
            self.serve_signals()?;
        }
        if events & event::PENDING_CALLS != 0 {
            self.serve_pending_calls()?;
        }
        if events & event::ASYNC_EXC != 0 {
            self.serve_async_exception()?;
        }
        Ok(())
    }
}
