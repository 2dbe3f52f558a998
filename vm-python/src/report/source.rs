//! Lines of source files, for tracebacks.

use std::collections::HashMap;

use vm_core::sync::Mutex;

use crate::vm::Vm;

/// Sources that are in no file: `-c` code, standard input, modules inside the binary.
#[derive(Default)]
pub struct Sources {
    texts: Mutex<HashMap<String, std::sync::Arc<str>>>,
}

impl Sources {
    /// Remembers the text of `filename`.
    pub fn add(&self, filename: &str, text: &str) {
        self.texts.lock().insert(filename.to_owned(), text.into());
    }
    /// The remembered text of `filename`.
    #[must_use]
    pub fn get(&self, filename: &str) -> Option<std::sync::Arc<str>> {
        self.texts.lock().get(filename).cloned()
    }
}

/// Files are read once per report.
pub(super) struct LineCache<'v> {
    vm: &'v Vm,
    files: HashMap<String, Vec<String>>,
}

impl<'v> LineCache<'v> {
    pub(super) fn new(vm: &'v Vm) -> LineCache<'v> {
        LineCache { vm, files: HashMap::new() }
    }
    /// Line `n`, from 1.
    pub(super) fn line(&mut self, filename: &str, n: u32) -> Option<String> {
        if !self.files.contains_key(filename) {
            let lines = self.load(filename);
            self.files.insert(filename.to_owned(), lines);
        }
        self.files.get(filename)?.get((n as usize).checked_sub(1)?).cloned()
    }
    fn load(&self, filename: &str) -> Vec<String> {
        let split = |t: &str| t.lines().map(str::to_owned).collect();
        if let Some(t) = self.vm.interp().imports.sources.get(filename) {
            return split(&t);
        }
        if filename.starts_with('<') && filename.ends_with('>') {
            return Vec::new();
        }
        match std::fs::read(filename) {
            Ok(bytes) => split(&String::from_utf8_lossy(&bytes)),
            Err(_) => Vec::new(),
        }
    }
}
