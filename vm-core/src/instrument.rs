//! P8, second half: which tool wants which event of which instruction.
//!
//! **Purpose.** Turn events of running code on and off while threads run it, and tell the handler of an instrumented word whom to call.
//!
//! **Actors.** *Setters* change what a tool wants, for all code or for one code object; *runners* bring code up to date when they enter it
//! (RESUME) or are told to (RECHECK), and handle instrumented words; the *pause* turns off; CLEAR starts over.
//!
//! **State.** Under the list lock: the version and, for each event, the tools that want it everywhere ([`Monitors`]). Per code object:
//! the version that its copies are instrumented for (in a cache word of each RESUME, so that RESUME compares it with the breaker's whole word), and
//! its `Metadata`: what its own setters want, and a [`Site`] for each word and event with the tools to call.
//!
//! ```text
//!             set_events, more ──▶ version + 1, RECHECK          each thread's next RESUME or RECHECK:
//!  tools want                                                      update ──▶ sites, bits in all copies, version
//!             set_events, less ──▶ pause: table, sites, bits
//!             DISABLE          ──▶ the site at once; the bit stays until some pause
//! ```
//!
//! **Rules.** (R1–R5 are those of the code word, [`crate::code`].)
//! * R6 The table and the version change together, under the list lock; more wanted events make a new version.
//! * R7 Code is brought up to date by an attached thread, without a safepoint between reading the table and installing: what it installs is
//!   the table's state of some moment since it last polled, never older than what is installed already.
//! * R8 Installing goes in this order, under the code lock: metadata, bits in all copies, version in all copies. So a RESUME that sees the
//!   version sees the bits, and a handler that sees a bit sees what it means.
//! * R9 Turning off happens in one pause: table, then the sites and bits of every instrumented code object, in all copies. A bit
//!   goes only when no remaining tool needs it.
//! * R10 Replaced metadata is retired, not freed: a handler that runs may still read it.
//! * R11 DISABLE takes a tool off one site at once, and asks for no pause; the bit is cleared in whichever pause comes next. A handler
//!   reads the site before it calls, so a bit without tools is slow, never an event. An installation that a DISABLE comes in
//!   between of starts again: what it built may have the tool still.
//! * R12 A handler reads the site anew after anything that may be a safepoint, a callback included, and reaches none between that
//!   read and the call. So once turning off has returned, no callback begins.
//! * R13 CLEAR, in one pause: table, version and every breaker's copy, and the version and bits of every code object that
//!   ever got a version. Code that never got one has version 0, which is right then.
//!
//! **Guarantees.** After `set_events` returns, a thread that passes a RESUME has the events of that code. After turning off returns, no callback of the tool
//! begins. All copies agree. **Not guaranteed**: events of code entered before, until the thread's next RECHECK; that a callback
//! which began before turning off has ended.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | metadata: replace | Release | handler | its sites are built |
//! | metadata: handler | Acquire | replace | the same |
//! | version word: install | Release | RESUME | the bits before the version |
//! | version word: RESUME | Acquire | install | the same; a plain load on x86-64 |
//! | tools everywhere | Relaxed | – | a hint beside the table, as a site's tools |
//! | site's tools | Relaxed | – | in a pause, under the code lock, or a hint to be overtaken (R11) |
//!
//! **Checked by** `p8.*`. **Not checked**: the re-reads of a handler beyond its loop (a matter of review in the embedder), and that the embedder's
//! sites are the right ones.

mod monitors;
mod sites;

use std::sync::{Arc, Weak};

use crate::breaker::event;
use crate::code::{CodeCopies, CodeLock, INSTRUMENTED};
use crate::isa::EventSet;
use crate::mutant;
use crate::runtime::{Interpreter, VersionsExhausted};
use crate::sync::{AtomicBool, AtomicU8, AtomicU64, Mutex, Ordering};
use crate::threads::ThreadListGuard;
use crate::world::{Attached, WorldStopped};

pub use monitors::{EVENTS, Monitors, TOOLS};
pub use sites::{CodeInstruments, Role, Seen, Site, highest_first};
use sites::{Metadata, Wants, build, retire};

/// A code object as the instrumentation sees it.
pub trait Instrumented: Send + Sync + 'static {
    /// Its copies.
    fn copies(&self) -> &CodeCopies;
    /// Its state.
    fn instruments(&self) -> &CodeInstruments;
    /// Word offsets of its RESUME instructions. The first cache word of each holds the version, above 16 zero bits.
    fn resumes(&self) -> &[u32];
    /// Reports every place where an event of `wanted` can fire, ascending by word and event: these two, the role, and a note for the handler.
    fn sites(&self, wanted: EventSet, report: &mut dyn FnMut(u32, u8, Role, u32));
}

/// The version in a RESUME's cache word, as RESUME reads it: comparable with the breaker's whole word (R8).
#[inline(always)]
pub fn version_word(cache: &AtomicU64) -> u64 {
    cache.load(if mutant!("p8.version-word-relaxed") { Ordering::Relaxed } else { Ordering::Acquire })
}

/// Turning something off needs a pause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// Do it in a pause.
    NeedsPause,
    /// As [`VersionsExhausted`].
    Versions,
}

impl From<VersionsExhausted> for Refused {
    fn from(_: VersionsExhausted) -> Self {
        Self::Versions
    }
}

/// The instrumentation of one interpreter.
#[derive(Debug)]
pub struct Instruments<C> {
    interpreter: Arc<Interpreter>,
    /// Every code object that ever got a version, until it dies.
    codes: Mutex<Vec<Weak<C>>>,
    stale: AtomicBool,
    /// The table's tools again, for events that belong to no instruction; written with it.
    everywhere: [AtomicU8; EVENTS],
}

/// The table and what goes with it, as it was at one moment.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Table {
    pub(crate) monitors: Monitors,
    /// Code of an older version forgets what was disabled.
    pub(crate) restart: u64,
}

impl<C: Instrumented> Instruments<C> {
    /// Nothing is wanted.
    #[must_use]
    pub fn new(interpreter: Arc<Interpreter>) -> Self {
        Self {
            interpreter,
            codes: Mutex::new(Vec::new()),
            stale: AtomicBool::new(false),
            everywhere: std::array::from_fn(|_| AtomicU8::new(0)),
        }
    }

    /// What every tool wants everywhere.
    #[must_use]
    pub fn monitors(&self) -> Monitors {
        self.interpreter.threads().listed.table.monitors
    }

    /// The tools that want `event` everywhere. As [`CodeInstruments::tools_at`], for events that belong to no instruction.
    #[inline]
    #[must_use]
    pub fn tools_everywhere(&self, event: u8) -> u8 {
        self.everywhere[usize::from(event)].load(Ordering::Relaxed)
    }

    /// Writes the table; under the list lock.
    fn write_table(&self, list: &mut ThreadListGuard<'_>, monitors: Monitors) {
        list.listed.table.monitors = monitors;
        for (to, from) in self.everywhere.iter().zip(monitors.by_event()) {
            to.store(from, Ordering::Relaxed);
        }
    }

    /// Lets `tool` want exactly `events` everywhere, if that takes nothing away: the table, the version and RECHECK (R6). The caller then brings
    /// its own frames up to date, as other threads do at their next poll.
    ///
    /// # Errors
    /// [`Refused::NeedsPause`] when something would be turned off; nothing has changed then.
    pub fn turn_on(&self, tool: u8, events: EventSet) -> Result<(), Refused> {
        let mut list = self.interpreter.threads();
        let old = list.listed.table.monitors;
        let new = old.with(tool, events);
        if new == old {
            return Ok(());
        }
        if !new.covers(&old) {
            return Err(Refused::NeedsPause);
        }
        list.bump_version().ok_or(VersionsExhausted)?;
        self.write_table(&mut list, new);
        Ok(())
    }

    /// Lets `tool` want exactly `events` everywhere (R9).
    ///
    /// # Errors
    /// When versions are exhausted; nothing has changed then.
    pub fn set_events(
        &self,
        world: &WorldStopped<'_>,
        tool: u8,
        events: EventSet,
    ) -> Result<(), VersionsExhausted> {
        let monitors = {
            let mut list = self.interpreter.threads();
            let old = list.listed.table.monitors;
            let new = old.with(tool, events);
            if !old.covers(&new) {
                list.bump_version().ok_or(VersionsExhausted)?;
            }
            self.write_table(&mut list, new);
            new
        };
        for code in self.live_codes() {
            self.take_away(world, &*code, &monitors, |local| local);
        }
        Ok(())
    }

    /// Takes everything from `tool`, whether it was asked everywhere or of one code object (R9).
    pub fn clear_tool(&self, world: &WorldStopped<'_>, tool: u8) {
        let monitors = {
            let mut list = self.interpreter.threads();
            let new = list.listed.table.monitors.with(tool, 0);
            self.write_table(&mut list, new);
            new
        };
        for code in self.live_codes() {
            self.take_away(world, &*code, &monitors, |local| local.with(tool, 0));
        }
    }

    /// Lets `tool` want exactly `events` of one code object, if that takes nothing away. Brings the code up to date.
    ///
    /// # Errors
    /// [`Refused::NeedsPause`] when something would be turned off; nothing has changed then.
    pub fn turn_on_local(
        &self,
        attached: &Attached<'_>,
        code: &Arc<C>,
        tool: u8,
        events: EventSet,
    ) -> Result<(), Refused> {
        let wanted = |local: Monitors| local.with(tool, events);
        let local = code.instruments().metadata().map_or_else(Monitors::default, |m| m.wants().local);
        if wanted(local) == local {
            return Ok(());
        }
        if !wanted(local).covers(&local) {
            return Err(Refused::NeedsPause);
        }
        // Threads in the middle of the code look at their frames.
        self.interpreter.bump_version()?;
        self.install(attached, code, wanted);
        Ok(())
    }

    /// Lets `tool` want exactly `events` of one code object (R9).
    ///
    /// # Errors
    /// When versions are exhausted; nothing has changed then.
    pub fn set_local_events(
        &self,
        world: &WorldStopped<'_>,
        code: &Arc<C>,
        tool: u8,
        events: EventSet,
    ) -> Result<(), VersionsExhausted> {
        let monitors = self.monitors();
        let wanted = |local: Monitors| local.with(tool, events);
        if code.instruments().metadata().is_none() {
            // Nothing to take away; the rest is as if the code were new.
            let wants = Wants { local: wanted(Monitors::default()), active: Monitors::default() };
            let fresh = Metadata::new(wants, Vec::new());
            self.list(code);
            let lock = code.copies().lock();
            self.replace(&lock, code.instruments(), fresh);
        } else {
            self.take_away(world, &**code, &monitors, wanted);
        }
        self.interpreter.bump_version()?;
        Ok(())
    }

    /// `restart_events`: what was disabled fires again, once the code is brought up to date.
    ///
    /// # Errors
    /// When versions are exhausted; nothing has changed then.
    pub fn restart(&self) -> Result<(), VersionsExhausted> {
        let mut list = self.interpreter.threads();
        let version = list.bump_version().ok_or(VersionsExhausted)?;
        list.listed.table.restart = version;
        Ok(())
    }

    /// DISABLE: takes `tool` off one site (R11).
    pub fn disable(&self, code: &C, word: u32, event: u8, tool: u8) {
        let state = code.instruments();
        let lock = code.copies().lock();
        let Some(site) = state.metadata().and_then(|m| m.site(word, event)) else { return };
        state.disabled.store(state.disabled.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        site.tools.fetch_and(!(1 << tool), Ordering::Relaxed);
        if mutant!("p8.disable-clears-the-bit") {
            lock.for_each_copy(|_, words| {
                words[word as usize].fetch_and(!INSTRUMENTED, Ordering::Relaxed);
            });
        }
        state.stale.store(true, Ordering::Relaxed);
        if !mutant!("p8.disable-waits-for-no-pause") {
            self.stale.store(true, Ordering::Relaxed);
        }
    }

    /// Whether [`Instruments::clear_stale`] would find something.
    #[must_use]
    pub fn has_stale(&self) -> bool {
        self.stale.load(Ordering::Relaxed)
    }

    /// Clears the bits that no tool needs any more. For whichever pause comes next (R11).
    pub fn clear_stale(&self, world: &WorldStopped<'_>) {
        if !self.has_stale() {
            return;
        }
        self.stale.store(false, Ordering::Relaxed);
        for code in self.live_codes() {
            if code.instruments().stale.load(Ordering::Relaxed) {
                self.clear_bits(world, &*code);
            }
        }
    }

    /// Brings `code` up to date: RESUME saw another version, or RECHECK found it on the stack (R7, R8).
    ///
    /// The caller is attached, and reaches no safepoint in here.
    #[cold]
    #[inline(never)]
    pub fn update(&self, attached: &Attached<'_>, code: &Arc<C>) {
        self.install(attached, code, |local| local);
    }

    fn install(&self, attached: &Attached<'_>, code: &Arc<C>, wanted: impl Fn(Monitors) -> Monitors) {
        let state = code.instruments();
        self.list(code);
        loop {
            let seen = {
                let _lock = code.copies().lock();
                let disabled = state.disabled.load(Ordering::Relaxed);
                (state.metadata.load(Ordering::Relaxed), state.version(), disabled)
            };
            let (version, table) = {
                let list = self.interpreter.threads();
                (list.version(), list.listed.table)
            };
            // SAFETY: as in `metadata`: the caller is attached since it read the pointer.
            let old = unsafe { seen.0.as_ref() };
            let forget = seen.1 < table.restart && !mutant!("p8.restart-forgets-nothing");
            let new = build(&**code, old, &table.monitors, &wanted, forget);
            if mutant!("p8.install-polls") && attached.thread().breaker().events() & event::STOP != 0 {
                attached.poll();
            }
            let lock = code.copies().lock();
            let unchanged = state.metadata.load(Ordering::Relaxed) == seen.0 && state.version() == seen.1;
            let unchanged = unchanged
                && (state.disabled.load(Ordering::Relaxed) == seen.2 || mutant!("p8.install-undoes-disable"));
            if !unchanged && !mutant!("p8.install-overtaken") {
                drop(lock);
                continue;
            }
            let early = mutant!("p8.version-before-bits");
            if early {
                set_version(&lock, &**code, version);
            }
            let mut bits = Vec::new();
            if let Some(new) = &new {
                new.bits(|word, needed| {
                    if needed {
                        bits.push(word);
                    }
                });
            }
            if let Some(new) = new {
                self.replace(&lock, state, new);
            }
            bits.iter().for_each(|&word| lock.instrument(word));
            if !early {
                set_version(&lock, &**code, version);
            }
            return;
        }
    }

    /// Publishes metadata under the code lock (R8); what was there is retired (R10).
    fn replace(&self, _: &CodeLock<'_>, state: &CodeInstruments, new: Metadata) {
        let order = if mutant!("p8.metadata-store-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        let old = state.metadata.load(Ordering::Relaxed);
        state.metadata.store(Box::into_raw(Box::new(new)), order);
        if !old.is_null() {
            // SAFETY: it came from a box, and nothing finds it any more.
            retire(self.interpreter.retired(), unsafe { Box::from_raw(old) });
        }
    }

    /// In a pause: what `code` is instrumented for shrinks to what is still wanted (R9).
    fn take_away(
        &self,
        world: &WorldStopped<'_>,
        code: &C,
        monitors: &Monitors,
        wanted: impl FnOnce(Monitors) -> Monitors,
    ) {
        let Some(metadata) = code.instruments().metadata() else { return };
        let Wants { local, active } = metadata.wants();
        let local = wanted(local);
        let still = local.union(monitors);
        // SAFETY: the world is stopped.
        metadata.wants.with_mut(|w| unsafe { *w = Wants { local, active: active.intersection(&still) } });
        if still.covers(&active) {
            return;
        }
        for site in &metadata.sites {
            let tools = site.tools.load(Ordering::Relaxed);
            site.tools.store(tools & still.tools(site.event), Ordering::Relaxed);
        }
        self.clear_bits(world, code);
    }

    fn clear_bits(&self, world: &WorldStopped<'_>, code: &C) {
        let state = code.instruments();
        state.stale.store(false, Ordering::Relaxed);
        let Some(metadata) = state.metadata() else { return };
        let lock = code.copies().lock();
        let mut first = true;
        lock.for_each_copy(|_, words| {
            if first || !mutant!("p8.deinstruments-one-copy") {
                metadata.bits(|word, needed| {
                    if !needed || mutant!("p8.clears-a-needed-bit") {
                        crate::code::deinstrument(world, &words[word]);
                    }
                });
            }
            first = false;
        });
    }

    /// CLEAR (R13): nothing is wanted, every version is 0.
    pub fn clear(&self, world: &WorldStopped<'_>) {
        world.clear_versions();
        self.everywhere.iter().for_each(|e| e.store(0, Ordering::Relaxed));
        for code in self.live_codes() {
            let state = code.instruments();
            let lock = code.copies().lock();
            if let Some(metadata) = state.metadata() {
                for site in &metadata.sites {
                    lock.for_each_copy(|_, words| {
                        crate::code::deinstrument(world, &words[site.word as usize])
                    });
                }
            }
            let old = state.metadata.load(Ordering::Relaxed);
            state.metadata.store(std::ptr::null_mut(), Ordering::Relaxed);
            if !old.is_null() {
                // SAFETY: it came from a box, and nothing finds it any more.
                retire(self.interpreter.retired(), unsafe { Box::from_raw(old) });
            }
            state.stale.store(false, Ordering::Relaxed);
            state.listed.store(false, Ordering::Relaxed);
            if !mutant!("p8.clear-spares-code") {
                set_version(&lock, &*code, 0);
            }
        }
        self.codes.lock().clear();
        self.stale.store(false, Ordering::Relaxed);
    }

    /// Every code object that got a version and lives.
    fn live_codes(&self) -> Vec<Arc<C>> {
        let mut codes = self.codes.lock();
        let mut live = Vec::with_capacity(codes.len());
        codes.retain(|c| {
            c.upgrade().is_some_and(|c| {
                live.push(c);
                true
            })
        });
        live
    }

    /// How many code objects have a version.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.codes.lock().len()
    }

    fn list(&self, code: &Arc<C>) {
        if !code.instruments().listed.swap(true, Ordering::Relaxed) && !mutant!("p8.not-listed") {
            self.codes.lock().push(Arc::downgrade(code));
        }
    }
}

/// Writes the version into every RESUME of every copy (R8).
fn set_version<C: Instrumented>(lock: &CodeLock<'_>, code: &C, version: u64) {
    code.instruments().version.store(version, Ordering::Relaxed);
    lock.for_each_copy(|_, words| {
        for &at in code.resumes() {
            words[at as usize + 1].store(version << 16, Ordering::Release);
        }
    });
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
#[path = "instrument/tests.rs"]
mod tests;
