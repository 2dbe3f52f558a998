//! The VM inside another Rust program.

use vm_python::{Config, bootstrap::BootError};

use crate::exit;

/// Why no VM could be built.
#[derive(Debug)]
pub struct BuildError(BootError);

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for BuildError {}

/// A Python exception that left the code that was run: its whole report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PyError {
    report: String,
}

impl PyError {
    /// The report as `sys.excepthook` would print it.
    #[must_use]
    pub fn report(&self) -> &str {
        &self.report
    }
}

impl std::fmt::Display for PyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.report.trim_end())
    }
}

impl std::error::Error for PyError {}

/// Options of a VM.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    config: Config,
}

impl Builder {
    /// `sys.argv`
    #[must_use]
    pub fn argv(mut self, argv: impl IntoIterator<Item = impl Into<String>>) -> Builder {
        self.config.argv = argv.into_iter().map(Into::into).collect();
        self
    }
    /// Appends a directory to `sys.path`.
    #[must_use]
    pub fn path(mut self, dir: impl Into<String>) -> Builder {
        self.config.path.push(dir.into());
        self
    }
    /// The pure-Python standard library.
    #[must_use]
    pub fn stdlib(mut self, dir: impl Into<String>) -> Builder {
        self.config.stdlib = Some(dir.into());
        self
    }
    /// Most bytes of memory in use; more is a MemoryError.
    #[must_use]
    pub fn heap_limit(mut self, bytes: usize) -> Builder {
        self.config.heap.limit = Some(bytes);
        self
    }
    /// All options at once.
    #[must_use]
    pub fn config(mut self, config: Config) -> Builder {
        self.config = config;
        self
    }
    /// Makes the VM; the calling thread becomes its main thread.
    ///
    /// # Errors
    /// When the system has no address space, memory or thread to give.
    pub fn build(self) -> Result<Vm, BuildError> {
        let vm = vm_python::Vm::boot(self.config, vm_modules::register).map_err(BuildError)?;
        Ok(Vm { vm })
    }
}

/// A VM whose main thread is the one that built it.
pub struct Vm {
    vm: Box<vm_python::Vm>,
}

impl Vm {
    /// Starts with the default options.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The VM itself, with everything that it can do.
    #[must_use]
    pub fn python(&self) -> &vm_python::Vm {
        &self.vm
    }

    fn report(&self, e: vm_python::Thrown) -> PyError {
        PyError { report: self.vm.format_exception(e) }
    }

    /// Runs statements in the namespace of `__main__`.
    ///
    /// # Errors
    /// The exception that left them, SyntaxError included.
    pub fn exec(&self, source: &str) -> Result<(), PyError> {
        let run = || {
            self.vm.interp().imports.sources.add("<embedded>", source);
            let globals = self.vm.main_namespace(None, "")?;
            self.vm.exec_source(source, "<embedded>", globals)
        };
        run().map(drop).map_err(|e| self.report(e))
    }

    /// Runs a file in the namespace of `__main__`.
    ///
    /// # Errors
    /// The exception that left it; OSError if it cannot be read.
    pub fn run_file(&self, path: &str) -> Result<(), PyError> {
        let run = || {
            let text = self.vm.read_source(path)?;
            let globals = self.vm.main_namespace(Some(path), "")?;
            self.vm.exec_source(&text, path, globals)
        };
        run().map(drop).map_err(|e| self.report(e))
    }

    /// The text (`str()`) of an expression's value in the namespace of `__main__`.
    ///
    /// # Errors
    /// The exception that left it.
    pub fn eval_to_string(&self, expression: &str) -> Result<String, PyError> {
        let run = || {
            let globals = self.vm.main_namespace(None, "")?;
            let code = self.vm.compile_source(expression, "<embedded>", vm_compiler::Mode::Eval)?;
            let v = self.vm.exec_code(code, globals, globals.value())?;
            Ok(self.vm.str(v)?.to_str_lossy().into_owned())
        };
        run().map_err(|e| self.report(e))
    }

    /// The end: waits for threads that are no daemons, runs exit functions, flushes. The exit code that a command would have. Afterwards no
    /// other thread of the VM ever runs again.
    #[must_use]
    pub fn finish(self, result: Result<(), PyError>) -> i32 {
        let code = i32::from(result.is_err());
        exit::finalize(&self.vm, exit::Outcome::Code(code), None, None)
    }
}
