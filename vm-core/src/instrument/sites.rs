//! The sites of one code object: which tools want which event of which instruction.

use super::{Instrumented, Monitors};
use crate::isa::EventSet;
use crate::mutant;
use crate::retire::Retired;
use crate::sync::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, CHECKING, Ordering, RaceCell};

/// How the bits of an event's sites depend on each other. An event that fires on a *change* (a new line) needs to see
/// every place where the change may happen, whoever disabled it there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Needs its bit while it has tools.
    Plain,
    /// Needs its bit also while any `Leads` site of the code has tools.
    Follows,
    /// As `Follows`, and the others follow it.
    Leads,
}

/// One event of one instruction.
#[derive(Debug)]
pub struct Site {
    /// Word offset of the instruction.
    pub word: u32,
    /// The event.
    pub event: u8,
    /// How its bit depends on other sites.
    pub role: Role,
    pub(super) tools: AtomicU8,
    /// The embedder's, for its handler.
    pub note: u32,
}

/// A site as a handler sees it at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    /// The tools to call.
    pub tools: u8,
    /// As in the [`Site`].
    pub role: Role,
    /// As in the [`Site`].
    pub note: u32,
}

/// The sites of one word.
#[derive(Clone, Copy, Default, Debug)]
struct AtWord {
    /// Events that have one.
    events: EventSet,
    /// Index of the first.
    first: u32,
}

/// What the tools want of one code object. Built whole and replaced whole (R8, R10); afterwards tools are only taken away: at a site by
/// DISABLE (R11), from all in a pause (R9).
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) wants: RaceCell<Wants>,
    pub(super) sites: Box<[Site]>,
    /// Where the sites of each word are, up to the last that has one: a handler looks for its site with every event.
    words: Box<[AtWord]>,
}

#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Wants {
    /// What was asked of this code object alone.
    pub(super) local: Monitors,
    /// What the sites were made for: local and global.
    pub(super) active: Monitors,
}

impl Metadata {
    /// `sites` ascend by word and event.
    pub(super) fn new(wants: Wants, sites: Vec<Site>) -> Self {
        let mut words = vec![AtWord::default(); sites.last().map_or(0, |s| s.word as usize + 1)];
        for (i, site) in (0..).zip(&sites) {
            let at = &mut words[site.word as usize];
            if at.events == 0 {
                at.first = i;
            }
            at.events |= 1 << site.event;
        }
        Self { wants: RaceCell::new(wants), sites: sites.into(), words: words.into() }
    }

    pub(super) fn wants(&self) -> Wants {
        // SAFETY: written before it is published, and in a pause; read by attached threads and in a pause.
        self.wants.with(|w| unsafe { *w })
    }

    #[inline]
    pub(super) fn site(&self, word: u32, event: u8) -> Option<&Site> {
        let at = self.words.get(word as usize)?;
        if at.events & 1 << event == 0 {
            return None;
        }
        self.sites[at.first as usize..].iter().find(|s| s.event == event)
    }

    /// Visits each instrumentable word with whether it needs its bit.
    pub(super) fn bits(&self, mut visit: impl FnMut(usize, bool)) {
        let tools = |s: &Site| s.tools.load(Ordering::Relaxed);
        let led = self.sites.iter().any(|s| s.role == Role::Leads && tools(s) != 0);
        for word in self.sites.chunk_by(|a, b| a.word == b.word) {
            let needed = word.iter().any(|s| tools(s) != 0 || led && s.role != Role::Plain);
            visit(word[0].word as usize, needed);
        }
    }
}

/// The instrumentation of one code object.
#[derive(Debug)]
pub struct CodeInstruments {
    /// Null before anything was wanted. Replaced under the code lock.
    pub(super) metadata: AtomicPtr<Metadata>,
    /// As in the copies. Changed under the code lock.
    pub(super) version: AtomicU64,
    /// How many DISABLEs there were. Changed under the code lock.
    pub(super) disabled: AtomicU64,
    /// Whether the interpreter's list has it.
    pub(super) listed: AtomicBool,
    /// Some bit has no tool any more.
    pub(super) stale: AtomicBool,
}

impl Default for CodeInstruments {
    fn default() -> Self {
        Self {
            metadata: AtomicPtr::new(std::ptr::null_mut()),
            version: AtomicU64::new(0),
            disabled: AtomicU64::new(0),
            listed: AtomicBool::new(false),
            stale: AtomicBool::new(false),
        }
    }
}

impl CodeInstruments {
    #[inline]
    pub(super) fn metadata(&self) -> Option<&Metadata> {
        let order = if mutant!("p8.metadata-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        // SAFETY: freed no earlier than the next pause after it was replaced (R10); the caller is attached, in a pause, or owns the
        // code object.
        let metadata = unsafe { self.metadata.load(order).as_ref() };
        if CHECKING && let Some(m) = metadata {
            // A use that nothing orders after its making, or before its end, is a race.
            let _ = m.wants();
        }
        metadata
    }

    /// The tools to call for `event` of the instruction at `word`. The caller is attached, has loaded the word again
    /// ([`crate::code::reload`]), and reaches no safepoint between this and the call (R12).
    #[inline]
    #[must_use]
    pub fn tools_at(&self, word: u32, event: u8) -> u8 {
        self.metadata().and_then(|m| m.site(word, event)).map_or(0, |s| s.tools.load(Ordering::Relaxed))
    }

    /// Calls `call` for each tool that wants `event` of the instruction at `word`, highest first, as long as it returns `Ok`. Each time
    /// the site is read anew: the call may have been a safepoint (R12).
    ///
    /// # Errors
    /// The first error of `call`.
    #[inline]
    pub fn deliver<E>(&self, word: u32, event: u8, call: impl FnMut(u8) -> Result<(), E>) -> Result<(), E> {
        let once = if mutant!("p8.site-read-once") { Some(self.tools_at(word, event)) } else { None };
        highest_first(|| once.unwrap_or_else(|| self.tools_at(word, event)), call)
    }

    /// The site of `event` at `word`, if there is one, with tools or without.
    #[inline]
    #[must_use]
    pub fn site_at(&self, word: u32, event: u8) -> Option<Seen> {
        let site = self.metadata()?.site(word, event)?;
        Some(Seen { tools: site.tools.load(Ordering::Relaxed), role: site.role, note: site.note })
    }

    /// The events that have a site at `word`, with tools or without. What it says may be overtaken by a callback.
    #[inline]
    #[must_use]
    pub fn events_at(&self, word: u32) -> EventSet {
        self.metadata().and_then(|m| m.words.get(word as usize)).map_or(0, |at| at.events)
    }

    /// The tools that want `event` of this code, for events that belong to no instruction.
    #[must_use]
    pub fn tools_of(&self, event: u8) -> u8 {
        self.metadata().map_or(0, |m| m.wants().active.tools(event))
    }

    /// The events that `tool` asked of this code object alone.
    #[must_use]
    pub fn local_events(&self, tool: u8) -> EventSet {
        self.metadata().map_or(0, |m| m.wants().local.events_of(tool))
    }

    /// The version that the copies are instrumented for; a hint unless the code is locked.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

impl Drop for CodeInstruments {
    fn drop(&mut self) {
        // Whatever ended the last owner's use orders.
        let metadata = self.metadata.load(Ordering::Relaxed);
        if !metadata.is_null() {
            // SAFETY: it came from a box, and nobody can reach the code object any more.
            drop(unsafe { Box::from_raw(metadata) });
        }
    }
}

/// Calls `call` for each tool of `tools`, highest first. While some are left, `tools` is read anew before each call, and those that are gone are left
/// out (R12); one that joins meanwhile has to wait for the next event.
///
/// # Errors
/// The first error of `call`.
#[inline]
pub fn highest_first<E>(tools: impl Fn() -> u8, mut call: impl FnMut(u8) -> Result<(), E>) -> Result<(), E> {
    let mut left = tools();
    while left != 0 {
        // Below 8.
        let tool = left.ilog2() as u8;
        left &= (1 << tool) - 1;
        call(tool)?;
        if left != 0 {
            left &= tools();
        }
    }
    Ok(())
}

pub(super) fn retire(retired: &Retired, old: Box<Metadata>) {
    if mutant!("p8.metadata-freed-at-once") {
        // The memory itself stays: the checker is to report, not to crash.
        old.wants.with_mut(|_| ());
        std::mem::forget(old);
        return;
    }
    retired.push(old);
}

/// What the sites of `code` are to be, from what they were. `None` when there is nothing to say.
pub(super) fn build<C: Instrumented>(
    code: &C,
    old: Option<&Metadata>,
    monitors: &Monitors,
    wanted: &impl Fn(Monitors) -> Monitors,
    forget: bool,
) -> Option<Metadata> {
    let before = old.map(Metadata::wants).unwrap_or_default();
    let local = wanted(before.local);
    let active = local.union(monitors);
    if old.is_none() && active == Monitors::default() {
        return None;
    }
    let mut sites = Vec::new();
    let mut kept = old.map_or(&[][..], |m| &m.sites);
    // A site that was there keeps its bit until a pause, so it stays, with tools or without.
    let mut keep_below = |sites: &mut Vec<Site>, below: Option<(u32, u8)>| -> Option<u8> {
        while let [site, rest @ ..] = kept {
            let key = (site.word, site.event);
            let tools = site.tools.load(Ordering::Relaxed);
            if below.is_some_and(|b| key > b) {
                break;
            }
            kept = rest;
            if Some(key) == below {
                return Some(tools);
            }
            let tools = AtomicU8::new(tools & active.tools(site.event));
            sites.push(Site { word: site.word, event: site.event, role: site.role, tools, note: site.note });
        }
        None
    };
    code.sites(active.events(), &mut |word, event, role, note| {
        let had = keep_below(&mut sites, Some((word, event)));
        let disabled = match had {
            Some(tools) if !forget => before.active.tools(event) & !tools,
            _ => 0,
        };
        let tools = AtomicU8::new(active.tools(event) & !disabled);
        sites.push(Site { word, event, role, tools, note });
    });
    keep_below(&mut sites, None);
    Some(Metadata::new(Wants { local, active }, sites))
}
