//! What the tools want, event by event.

use crate::isa::EventSet;
use crate::sync::CHECKING;

/// Events that can be wanted, by number; what they mean is the embedder's.
pub const EVENTS: usize = if CHECKING { 3 } else { 16 };
/// Tools.
pub const TOOLS: usize = 8;

/// For each event the tools that want it, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Monitors([u8; EVENTS]);

impl Monitors {
    /// The tools that want `event`.
    #[must_use]
    pub fn tools(&self, event: u8) -> u8 {
        self.0.get(usize::from(event)).copied().unwrap_or(0)
    }

    /// The tools of every event, in order.
    pub(super) fn by_event(&self) -> [u8; EVENTS] {
        self.0
    }

    /// The events that `tool` wants.
    #[must_use]
    pub fn events_of(&self, tool: u8) -> EventSet {
        (0..).zip(self.0).fold(0, |set, (event, tools)| set | u32::from(tools >> tool & 1) << event)
    }

    /// The events that any tool wants.
    #[must_use]
    pub fn events(&self) -> EventSet {
        (0..).zip(self.0).fold(0, |set, (event, tools)| set | u32::from(tools != 0) << event)
    }

    /// The same, with `tool` wanting exactly `events`.
    #[must_use]
    pub fn with(mut self, tool: u8, events: EventSet) -> Self {
        for (event, tools) in (0..).zip(&mut self.0) {
            *tools = *tools & !(1 << tool) | ((events >> event & 1) as u8) << tool;
        }
        self
    }

    /// What either wants.
    #[must_use]
    pub fn union(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
        self
    }

    /// What both want.
    #[must_use]
    pub fn intersection(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
        self
    }

    /// Whether everything that `other` wants is wanted here too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(a, b)| b & !a == 0)
    }
}
