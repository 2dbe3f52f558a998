//! The checks and the seeded bugs.

use serde_json::{Value, json};

use crate::models;

/// What explores a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checker {
    /// Every interleaving with at most this many preemptions; `None` for all of them.
    Loom(Option<usize>),
    /// A portfolio of random schedulers, with the happens-before detector.
    Shuttle,
}

/// One model of one protocol.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// `p1.stop.2`: protocol, scenario, threads.
    pub name: &'static str,
    /// The rules whose violation it would show: `P1.R3`.
    pub rules: &'static [&'static str],
    /// The checker and its bound at quick settings.
    pub checker: Checker,
    /// Threads, the main one included.
    pub threads: usize,
    /// How many choices (time-outs, refused allocations, wake-ups nobody sent) of an execution vary.
    pub choices: usize,
    /// Whether a wait on a condition variable may return unasked; uses the choices.
    pub spurious: bool,
    /// One execution.
    pub body: fn(),
    /// For a litmus test: what it documents.
    pub note: &'static str,
    /// Run once after the last execution: what must have been seen by then.
    pub after: Option<fn()>,
}

impl Check {
    /// A check by loom.
    pub const fn loom(
        name: &'static str,
        threads: usize,
        bound: Option<usize>,
        rules: &'static [&'static str],
        body: fn(),
    ) -> Self {
        Self {
            name,
            rules,
            checker: Checker::Loom(bound),
            threads,
            choices: 0,
            spurious: false,
            body,
            note: "",
            after: None,
        }
    }

    /// A check by shuttle.
    pub const fn shuttle(
        name: &'static str,
        threads: usize,
        rules: &'static [&'static str],
        body: fn(),
    ) -> Self {
        Self {
            name,
            rules,
            checker: Checker::Shuttle,
            threads,
            choices: 0,
            spurious: false,
            body,
            note: "",
            after: None,
        }
    }

    /// With choices.
    pub const fn choosing(mut self, choices: usize) -> Self {
        self.choices = choices;
        self
    }

    /// With wake-ups that nobody sent.
    pub const fn spurious(mut self, choices: usize) -> Self {
        self.choices = choices;
        self.spurious = true;
        self
    }

    /// With what it documents.
    pub const fn noting(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// With a look at everything that the executions saw together.
    pub const fn after(mut self, look: fn()) -> Self {
        self.after = Some(look);
        self
    }

    fn protocol(&self) -> String {
        self.name.split('.').next().unwrap_or_default().to_uppercase()
    }
}

/// A seeded bug, and the check that must catch it.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    /// As in `mutant!`.
    pub name: &'static str,
    /// The check.
    pub caught_by: &'static str,
}

/// Shorthand for a table row.
pub const fn seeded(name: &'static str, caught_by: &'static str) -> Seeded {
    Seeded { name, caught_by }
}

fn checks() -> impl Iterator<Item = &'static Check> {
    models::ALL.iter().flat_map(|(checks, _)| checks.iter())
}

fn mutants() -> impl Iterator<Item = &'static Seeded> {
    models::ALL.iter().flat_map(|(_, mutants)| mutants.iter())
}

/// The check of that name.
pub fn find(name: &str) -> Option<&'static Check> {
    checks().find(|c| c.name == name)
}

/// Whether a seeded bug has that name.
pub fn is_mutant(name: &str) -> bool {
    mutants().any(|m| m.name == name)
}

/// Everything, for the runner.
pub fn list() -> Value {
    json!({
        "checks": checks().map(|c| json!({
            "name": c.name,
            "protocol": c.protocol(),
            "rules": c.rules,
            "checker": match c.checker { Checker::Loom(_) => "loom", Checker::Shuttle => "shuttle" },
            "bound": match c.checker { Checker::Loom(bound) => bound, Checker::Shuttle => None },
            "threads": c.threads,
            "note": c.note,
        })).collect::<Vec<_>>(),
        "mutants": mutants().map(|m| json!({ "name": m.name, "caught_by": m.caught_by })).collect::<Vec<_>>(),
    })
}
