//! Entering the interpreter from native code.

use crate::{
    error::PyResult,
    native::Args,
    object::{
        code::Code,
        dict::Dict,
        frame::{Frame, ReturnTo},
        function::Function,
        gc::Gc,
        module::Module,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// Calls a Python function. `this` goes first unless UNBOUND.
    pub fn call_function(&self, func: Gc<Function>, this: Value, args: Args<'_>) -> PyResult {
        self.check_native_stack()?;
        let frame = self.push_frame(func, func.code(), ReturnTo::Native, 0)?;
        self.bind_args(func, frame, this, args)?;
        self.frame.set(frame);
        self.run()
    }

    /// As [`Vm::call`], for a callback of a tool: what watches all code watches it too.
    #[inline]
    pub(crate) fn call_watched(&self, f: Value, args: &[Value]) -> PyResult {
        let Some(func) = f.downcast_exact::<Function>() else { return self.call(f, args) };
        self.check_native_stack()?;
        let frame = self.push_frame(func, func.code(), ReturnTo::Native, 0)?;
        self.bind_args(func, frame, Value::UNBOUND, Args::new(args))?;
        self.frame.set(frame);
        self.run_watched()
    }

    /// Runs a class body or other code without parameters whose names live in `locals`.
    pub(crate) fn run_function_with_locals(&self, func: Gc<Function>, locals: Value) -> PyResult {
        self.check_native_stack()?;
        let code = func.code();
        let frame = self.push_frame(func, code, ReturnTo::Native, 0)?;
        // SAFETY: the frame was just pushed and has registers for `code`.
        unsafe {
            (*frame).locals = locals;
            Vm::clear_locals(Frame::regs(frame), 0, &code);
        }
        self.frame.set(frame);
        self.run()
    }

    /// Runs `code` as `exec` does.
    pub fn exec_code(&self, code: Gc<Code>, globals: Gc<Dict>, locals: Value) -> PyResult {
        let builtins = self.builtins_of(globals)?;
        let func = self.new_function(code, globals, builtins)?;
        self.run_function_with_locals(func, locals)
    }

    /// The builtins namespace that goes with `globals`; `__builtins__` is set if it is missing.
    pub fn builtins_of(&self, globals: Gc<Dict>) -> PyResult<Gc<Dict>> {
        let name = self.names().__builtins__;
        match globals.get_str(self, name)? {
            Some(v) => {
                if let Some(m) = v.downcast::<Module>() {
                    return Ok(m.namespace());
                }
                Ok(v.downcast::<Dict>().unwrap_or(self.interp().boot().builtins))
            }
            None => {
                let b = self.interp().boot().builtins;
                let module = self.interp().boot().modules.get_str(self, self.names().builtins)?;
                globals.set_str(self, name, module.unwrap_or(b.value()))?;
                Ok(b)
            }
        }
    }

    /// Compiles and runs source as the body of a module with namespace `globals`.
    pub fn exec_source(&self, source: &str, filename: &str, globals: Gc<Dict>) -> PyResult {
        let code = self.compile_source(source, filename, vm_compiler::Mode::Exec)?;
        self.exec_code(code, globals, globals.value())
    }

    /// Compiles source.
    pub fn compile_source(
        &self,
        source: &str,
        filename: &str,
        mode: vm_compiler::Mode,
    ) -> PyResult<Gc<Code>> {
        // Line ends of other systems are line ends, inside strings too.
        let translated;
        let source = if source.contains('\r') {
            translated = source.replace("\r\n", "\n").replace('\r', "\n");
            &translated
        } else {
            source
        };
        let options =
            vm_compiler::CompileOptions { optimize: self.interp().config.optimize, ..Default::default() };
        // Parsing touches no object: other threads need not wait for it.
        match self.detached(|| vm_compiler::compile(source, filename, mode, &options)) {
            Ok(unit) => self.new_code(&unit),
            Err(e) => Err(self.syntax_error(&e, filename)),
        }
    }
}
