//! What a test is: actors, a table of outcomes, and who it is about.

use std::collections::BTreeMap;

use crate::engine::Plan;

/// What an outcome means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grade {
    /// As one would think.
    Acceptable,
    /// Allowed, and worth an explanation.
    Interesting,
    /// A bug.
    Forbidden,
}

impl Grade {
    /// Its name in tables and headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acceptable => "acceptable",
            Self::Interesting => "interesting",
            Self::Forbidden => "forbidden",
        }
    }
}

/// A line of a test's table.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The results, separated by `, `; `*` stands for any one of them.
    pub result: &'static str,
    pub grade: Grade,
    /// Why it is so.
    pub why: &'static str,
}

/// An outcome that is as one would think.
pub const fn acceptable(result: &'static str, why: &'static str) -> Outcome {
    Outcome { result, grade: Grade::Acceptable, why }
}

/// An outcome that is allowed and needs an explanation.
pub const fn interesting(result: &'static str, why: &'static str) -> Outcome {
    Outcome { result, grade: Grade::Interesting, why }
}

/// An outcome that is a bug; listed where its cause has a name.
pub const fn forbidden(result: &'static str, why: &'static str) -> Outcome {
    Outcome { result, grade: Grade::Forbidden, why }
}

/// How often each outcome was seen.
pub type Tally = BTreeMap<String, u64>;

/// How the actors of a test are run.
#[derive(Clone, Copy)]
pub enum Body {
    /// Rust, against the kernel or the heap.
    Rust(fn(&Plan)),
    /// A program, run in the VM.
    #[cfg_attr(not(feature = "python"), expect(dead_code, reason = "built without Python"))]
    Python(&'static str),
}

/// A test.
pub struct Test {
    pub name: &'static str,
    /// What it asks, in one line.
    pub what: &'static str,
    /// The rules that it is about, or the section of docs/memory-model.md.
    pub guarantee: &'static str,
    pub outcomes: Vec<Outcome>,
    pub body: Body,
    /// Seeded bugs that it finds, or for a program: whether it has a broken twin.
    pub finds: &'static [&'static str],
}

impl Test {
    /// The table's verdict on a result. What no line names is forbidden.
    pub fn grade(&self, result: &str) -> (Grade, &'static str) {
        let line = self.outcomes.iter().find(|o| matches(o.result, result));
        line.map_or((Grade::Forbidden, "not in the table"), |o| (o.grade, o.why))
    }

    /// How many samples of a tally are forbidden.
    pub fn forbidden(&self, tally: &Tally) -> u64 {
        tally.iter().filter(|(k, _)| self.grade(k).0 == Grade::Forbidden).map(|(_, n)| n).sum()
    }

    /// Whether it is a program.
    pub fn is_python(&self) -> bool {
        matches!(self.body, Body::Python(_))
    }
}

fn matches(pattern: &str, result: &str) -> bool {
    let (mut p, mut r) = (pattern.split(", "), result.split(", "));
    loop {
        match (p.next(), r.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}

/// Every test of this build, in the order of the list.
pub fn all() -> Vec<Test> {
    #[cfg(feature = "python")]
    let programs = crate::python::tests();
    #[cfg(not(feature = "python"))]
    let programs = Vec::new();
    crate::rust::tests().into_iter().chain(programs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_outcomes_are_forbidden() {
        assert!(matches("1, *", "1, 7") && !matches("1, *", "2, 7") && !matches("1", "1, 2"));
        for test in all() {
            assert_eq!(test.grade("no such outcome").0, Grade::Forbidden, "{}", test.name);
            assert!(!test.what.is_empty() && !test.guarantee.is_empty(), "{}", test.name);
            assert!(test.outcomes.iter().any(|o| o.grade != Grade::Forbidden), "{}", test.name);
            assert!(test.outcomes.iter().all(|o| !o.why.is_empty()), "{}", test.name);
            assert!(!test.finds.is_empty(), "{}: nothing shows that it can fail", test.name);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = all().iter().map(|t| t.name).collect();
        names.sort_unstable();
        let n = names.len();
        names.dedup();
        assert_eq!(n, names.len());
    }
}
