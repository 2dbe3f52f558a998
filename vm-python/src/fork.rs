//! `os.fork`: what the language does around the kernel's fork (P15).
//!
//! The child has the calling thread alone, which is its main thread from now on. Frames, stacks and heap blocks of the threads that it
//! does not have are freed in the pause; their objects are garbage then. What they had locked in the program's own terms stays locked, as in CPython.

use std::sync::Arc;

use vm_core::{
    breaker::event,
    fork::{Child, Forked},
    sync::{Ordering, thread},
};

use crate::{
    error::PyResult,
    names::Names,
    vm::{Interp, Vm},
};

impl Vm {
    /// Copies the process: 0 in the child, its number in the parent. `in_child` runs in the child, in the pause; it touches no object.
    ///
    /// # Errors
    /// OSError; `PythonFinalizationError` at the end of the program.
    pub fn fork(&self, in_child: impl FnOnce()) -> PyResult<i32> {
        let interp = Arc::clone(self.interp());
        if interp.threads.is_finalizing() {
            return Err(
                self.new_error(self.exc().python_finalization_error, "can't fork at interpreter shutdown")
            );
        }
        let runtime = Arc::clone(interp.core.runtime());
        let forked = self.heap().safepoint_park(|| {
            // Threads that begin or have ended use the registry off the heap; so does the signal thread, and it reads the requests.
            let hold = || (interp.threads.lock_for_fork(), interp.stacks.lock_for_fork());
            runtime.fork(&self.attached(), hold, |forked| match forked {
                Forked::Parent(pid) => pid,
                Forked::Child(child) => {
                    self.become_child(child);
                    in_child();
                    0
                }
            })
        });
        match forked {
            Err(e) => Err(self.io_error(&e, None)),
            Ok(0) => {
                self.thread.native_id.set(thread::current_id());
                crate::signals::restart_helper(&interp);
                Ok(0)
            }
            Ok(pid) => Ok(pid),
        }
    }

    fn become_child(&self, child: Child<'_>) {
        let interp = self.interp();
        for core in &child.dead {
            let vm: *mut Vm = core.vm_slot().load().cast();
            if vm.is_null() {
                // It had not yet entered.
                continue;
            }
            core.vm_slot().store(std::ptr::null_mut());
            // SAFETY: the slot holds the box that `enter` made; its owner, the dead thread, is not in this process.
            let dead = unsafe { Box::from_raw(vm) };
            dead.counters.flush(&interp.stats);
            let (_, _, heap) = dead.into_parts();
            interp.heap.unregister_thread(heap);
        }
        child.all.of(&interp.core, |world| interp.heap.after_fork_in_child(world));
        interp.threads.after_fork_in_child(self.core());
        interp.imports.after_fork_in_child(self.core().id());
        self.core().breaker().clear(event::SIGNAL);
    }

    /// The end of a process whose main thread is a child's that forked in a thread: its function has returned. Exit functions are not called, as
    /// in CPython, where such a process ends with its last thread.
    pub(crate) fn end_forked_process(&self) -> ! {
        let _ = self.join_all_threads();
        for stream in ["stdout", "stderr"] {
            let _ = self.flush_standard(stream);
        }
        // SAFETY: ends the process; there is nobody else in it to be surprised.
        unsafe { libc::_exit(0) }
    }

    fn flush_standard(&self, name: &str) -> PyResult<()> {
        let names: &Names = self.names();
        if let Some(stream) = self.interp().boot().sys.get_str(self, self.intern(name)?)?
            && !stream.is_none()
        {
            self.call_method(stream, names.flush, &[])?;
        }
        Ok(())
    }
}

impl Interp {
    /// Whether a signal thread was started, which a child of fork has to start anew.
    pub(crate) fn wants_signals(&self) -> bool {
        self.threads.signals_wanted.load(Ordering::Relaxed)
    }
}
