//! The runtime value, its interpreters, and the part of a thread that the kernel knows.

use std::sync::Arc;

use crate::async_exc::AsyncSlot;
use crate::blocking::{Blocking, Clock, OsBlocking, OsClock, OsRandom, RandomSource};
use crate::breaker::{Breaker, event};
use crate::index_pool::{IndexPool, PoolError};
use crate::pending_calls::PendingCalls;
use crate::retire::Retired;
use crate::slot::PtrSlot;
use crate::sync::{AtomicU64, AtomicUsize, Epoch, Ordering, Parker, ParkingLot};
use crate::threads::{Hooks, ThreadListGuard};
use crate::world::{Attached, Everyone, StateWord, World, WorldStopped};

/// What a runtime is built from. `Default` is the shipping choice.
pub struct RuntimeConfig {
    /// Threads alive at a time, of all interpreters; more are refused with [`BirthError::Index`].
    pub max_threads: u32,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub random: Arc<dyn RandomSource>,
    /// How threads wait; `None` for the operating system's way.
    pub blocking: Option<Arc<dyn Blocking>>,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            max_threads: 1 << 16,
            clock: Arc::new(OsClock::new()),
            random: Arc::new(OsRandom),
            blocking: None,
        }
    }
}

impl std::fmt::Debug for RuntimeConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuntimeConfig").field("max_threads", &self.max_threads).finish_non_exhaustive()
    }
}

/// Everything that interpreters share. One per process in the shipping build; a value, not a static, so that tests and model
/// checks have as many as they like.
pub struct Runtime {
    everyone: Everyone,
    pool: IndexPool,
    next_id: AtomicU64,
    lot: Arc<ParkingLot>,
    blocking: Arc<dyn Blocking>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn RandomSource>,
    epoch: Epoch,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("pool", &self.pool).finish_non_exhaustive()
    }
}

impl Runtime {
    /// A runtime without interpreters.
    #[must_use]
    pub fn new(config: RuntimeConfig) -> Arc<Self> {
        let lot = Arc::new(ParkingLot::new());
        let blocking = config
            .blocking
            .unwrap_or_else(|| Arc::new(OsBlocking::new(Arc::clone(&lot), Arc::clone(&config.clock))));
        Arc::new(Self {
            everyone: Everyone::default(),
            pool: IndexPool::new(config.max_threads),
            next_id: AtomicU64::new(1),
            lot,
            blocking,
            clock: config.clock,
            random: config.random,
            epoch: Epoch::new(),
        })
    }

    /// A new interpreter without threads.
    pub fn new_interpreter(self: &Arc<Self>) -> Arc<Interpreter> {
        Arc::new(Interpreter {
            runtime: Arc::clone(self),
            world: self.everyone.new_world(),
            retired: Retired::default(),
            main: AtomicU64::new(0),
            main_calls: PendingCalls::new(),
        })
    }

    pub(crate) fn everyone(&self) -> &Everyone {
        &self.everyone
    }

    /// The thread indices of the process (P6).
    pub fn index_pool(&self) -> &IndexPool {
        &self.pool
    }

    /// Where object locks wait.
    pub fn lot(&self) -> &ParkingLot {
        &self.lot
    }

    /// A lot for one thread's hands that calls `unlocked` with the address of each byte lock that the thread gave back (P12.R8): so
    /// locks are counted at no cost while they are not. The caller of `unlocked` is attached still and may look at the object.
    pub fn tap(&self, unlocked: Box<dyn Fn(usize) + Send + Sync>) -> ParkingLot {
        ParkingLot::tapped(Arc::clone(&self.lot), unlocked)
    }

    /// How threads wait.
    pub fn blocking(&self) -> &dyn Blocking {
        &*self.blocking
    }

    /// The one clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The one source of randomness.
    pub fn random(&self) -> &dyn RandomSource {
        &*self.random
    }

    /// For readers outside the attach discipline.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }
}

/// Why a thread could not be born. Nothing is left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BirthError {
    /// No index.
    Index(PoolError),
    /// The thread list could not grow.
    NoMemory,
}

impl std::fmt::Display for BirthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(e) => write!(f, "can't start new thread: {e}"),
            Self::NoMemory => f.write_str("can't start new thread: out of memory"),
        }
    }
}

impl std::error::Error for BirthError {}

/// The instrumentation versions are used up; a pause has to clear them ([`WorldStopped::clear_versions`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VersionsExhausted;

/// One interpreter: its threads, and what they retire.
#[derive(Debug)]
pub struct Interpreter {
    runtime: Arc<Runtime>,
    world: Arc<World>,
    retired: Retired,
    /// Number of the main thread, 0 before there is one.
    main: AtomicU64,
    pub(crate) main_calls: PendingCalls,
}

impl Interpreter {
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The runtime that it belongs to.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Memory that some reader may still see, until the next pause.
    pub fn retired(&self) -> &Retired {
        &self.retired
    }

    /// Declares thread `id` the main one.
    pub fn set_main_thread(&self, id: u64) {
        self.main.store(id, Ordering::Relaxed);
    }

    /// Number of the main thread, 0 before there is one.
    pub fn main_thread(&self) -> u64 {
        self.main.load(Ordering::Relaxed)
    }

    /// Gives birth to a thread: reserves an index and lists it. It is detached, or suspended if the world is stopped; the OS
    /// thread that is to run it calls [`ThreadCore::attach`].
    ///
    /// # Errors
    /// When no index or no memory is to be had; nothing is reserved then.
    pub fn register_thread(&self) -> Result<Arc<ThreadCore>, BirthError> {
        let reservation = self.runtime.pool.reserve().map_err(BirthError::Index)?;
        let thread = Arc::new(ThreadCore {
            breaker: Breaker::new(0),
            index: reservation.index(),
            id: self.runtime.next_id.fetch_add(1, Ordering::Relaxed),
            state: StateWord::new(),
            parker: Parker::new(),
            parked_on: AtomicUsize::new(0),
            async_exc: AsyncSlot::new(),
            calls: PendingCalls::new(),
            heap: PtrSlot::null(),
            vm: PtrSlot::null(),
            hooks: Hooks::default(),
            world: Arc::clone(&self.world),
        });
        if crate::sync::choose(2) == 1 {
            return Err(BirthError::NoMemory);
        }
        self.world.link(&thread).map_err(|_| BirthError::NoMemory)?;
        let index = reservation.keep();
        debug_assert_eq!(index, thread.index);
        Ok(thread)
    }

    /// The end of a thread, after it handed over its heap blocks: unlinks it while it is attached, then releases its index.
    ///
    /// # Panics
    /// When the thread belongs to another interpreter: a bug of the embedder.
    pub fn unregister_thread(&self, attached: Attached<'_>) {
        let thread = attached.thread();
        assert!(
            Arc::ptr_eq(&self.world, &thread.world),
            "a thread leaves the interpreter that it was born in"
        );
        if crate::mutant!("p6.release-before-unlink") {
            self.runtime.pool.release(thread.index);
            self.world.unlink(thread);
            return;
        }
        if crate::mutant!("p13.heir-before-unlink") {
            let heir = self.threads().iter().next().cloned();
            self.world.unlink(thread);
            self.runtime.pool.release(thread.index);
            if let Some(heir) = heir.filter(|_| thread.breaker().events() & event::RETIRED != 0) {
                heir.breaker().set(event::RETIRED);
            }
            return;
        }
        self.world.unlink(thread);
        self.runtime.pool.release(thread.index);
        if thread.breaker().events() & event::RETIRED != 0 && !crate::mutant!("p13.exit-drops-request") {
            // P13.R4. With no heir the next thread that retires asks again.
            if let Some(heir) = self.threads().iter().next() {
                heir.breaker().set(event::RETIRED);
            }
        }
    }

    /// As [`Interpreter::unregister_thread`], after the thread's last work on the heap, `last`, which a pause waits for (P5.R7).
    pub fn unregister_thread_after(&self, attached: Attached<'_>, last: impl FnOnce()) {
        if crate::mutant!("p5.works-after-unlink") {
            self.unregister_thread(attached);
            last();
            return;
        }
        last();
        self.unregister_thread(attached);
    }

    /// The threads, locked.
    pub fn threads(&self) -> ThreadListGuard<'_> {
        self.world.lock()
    }

    /// Makes the next instrumentation version, and tells every thread (P3.R3).
    ///
    /// # Errors
    /// After 2^48 − 1 versions.
    pub fn bump_version(&self) -> Result<u64, VersionsExhausted> {
        self.world.bump_version().ok_or(VersionsExhausted)
    }

    /// The instrumentation version.
    pub fn version(&self) -> u64 {
        self.world.lock().version()
    }

    /// Stops every thread of the interpreter, for a caller that is none of them. Waits for a pause in progress to end.
    pub fn stop_from_outside<R>(&self, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        self.world.stop_from_outside(f)
    }
}

impl Drop for Interpreter {
    fn drop(&mut self) {
        self.runtime.everyone.forget(&self.world);
    }
}

/// A thread as the kernel knows it. Shared, pinned by its `Arc`, so its fields have stable addresses; the breaker comes first
/// because generated code polls it.
#[derive(Debug)]
#[repr(C)]
pub struct ThreadCore {
    breaker: Breaker,
    index: u32,
    pub(crate) state: StateWord,
    id: u64,
    pub(crate) parker: Parker,
    /// The key on which it waits in [`crate::blocking`], 0 for none.
    pub(crate) parked_on: AtomicUsize,
    pub(crate) async_exc: AsyncSlot,
    pub(crate) calls: PendingCalls,
    heap: PtrSlot<()>,
    vm: PtrSlot<()>,
    pub(crate) hooks: Hooks,
    pub(crate) world: Arc<World>,
}

impl ThreadCore {
    /// Ends a thread that is parked for ever, so that a model can end: it unwinds out of `attach`.
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    pub fn end_parked(&self) {
        crate::sync::checked::end_parked();
        self.parker.wake();
    }

    /// Its breaker, at the address of the thread itself.
    #[inline(always)]
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Its index: unique among live threads, reused after its end.
    #[inline(always)]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Its number, never reused.
    #[inline]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The key on which it waits in [`crate::blocking`], 0 for none; a snapshot, for diagnosis.
    pub fn waits_on(&self) -> usize {
        self.parked_on.load(Ordering::Relaxed)
    }

    /// The heap's part of this thread. Null until it is built and after it was handed over; the heap sets it while attached, the
    /// collector reads it in a pause.
    pub fn heap_slot(&self) -> &PtrSlot<()> {
        &self.heap
    }

    /// The language's part of this thread; as [`ThreadCore::heap_slot`].
    pub fn vm_slot(&self) -> &PtrSlot<()> {
        &self.vm
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    #[test]
    fn the_breaker_is_at_the_thread_s_address() {
        assert_eq!(std::mem::offset_of!(ThreadCore, breaker), 0);
    }

    #[test]
    fn a_refused_birth_leaves_nothing() {
        let rt = Runtime::new(RuntimeConfig { max_threads: 1, ..RuntimeConfig::default() });
        let interp = rt.new_interpreter();
        let first = interp.register_thread().expect("one is allowed");
        assert_eq!(interp.register_thread().err(), Some(BirthError::Index(PoolError::Limit)));
        assert_eq!((rt.index_pool().live(), interp.threads().len()), (1, 1));
        interp.unregister_thread(first.attach());
        assert_eq!((rt.index_pool().live(), interp.threads().len()), (0, 0));
        let second = interp.register_thread().expect("the index is free again");
        assert_eq!(second.index(), first.index());
        assert_ne!(second.id(), first.id());
        interp.unregister_thread(second.attach());
    }

    #[test]
    fn a_pause_ends_when_its_closure_unwinds() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let t = interp.register_thread().expect("birth");
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            interp.stop_from_outside(|_| panic!("in the pause"));
        }));
        assert!(caught.is_err());
        let attached = t.attach();
        assert_eq!(t.breaker().events(), 0);
        interp.unregister_thread(attached);
    }

    #[test]
    fn versions_reach_newborns_and_clear_resets_all() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let a = interp.register_thread().expect("birth");
        assert_eq!(interp.bump_version(), Ok(1));
        let b = interp.register_thread().expect("birth");
        assert_eq!((a.breaker().version(), b.breaker().version()), (1, 1));
        assert_eq!(b.breaker().events(), 0, "a newborn has nothing to recheck");
        interp.stop_from_outside(|w| w.clear_versions());
        assert_eq!((a.breaker().version(), a.breaker().events(), interp.version()), (0, 0, 0));
        interp.unregister_thread(a.attach());
        interp.unregister_thread(b.attach());
    }
}
