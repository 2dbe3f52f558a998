//! Call instructions off the fast path.

use vm_compiler::opcodes::function_attribute;

use crate::{
    error::PyResult,
    native::Args,
    object::{
        dict::Dict,
        frame::{Frame, ReturnTo},
        function::{BoundMethod, Function, NativeFunction},
        gc::Gc,
        items::RootVec,
        sequence::Tuple,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// What a call instruction came to.
pub(crate) enum Target {
    /// A native result.
    Value(Value),
    /// A frame to enter.
    Frame(*mut Frame),
}

impl Vm {
    /// CALL and CALL_KW without specialization.
    ///
    /// # Safety
    /// The call block at `base` has `2 + n` registers.
    #[inline(never)]
    pub(crate) unsafe fn call_instruction(
        &self,
        regs: *mut Value,
        base: usize,
        n: usize,
        ret: u16,
        names: Option<Gc<Tuple>>,
    ) -> PyResult<Target> {
        // SAFETY: by the caller.
        let (mut f, mut this) = unsafe { (*regs.add(base), *regs.add(base + 1)) };
        if this.is_unbound()
            && let Some(m) = f.downcast_exact::<BoundMethod>()
        {
            f = m.func.get();
            this = m.this.get();
            // SAFETY: as above. The pair form keeps self live during the call.
            unsafe {
                *regs.add(base) = f;
                *regs.add(base + 1) = this;
            }
        }
        let first = base + if this.is_unbound() { 2 } else { 1 };
        // SAFETY: as above; the registers stay live and unchanged during the call.
        let args = unsafe { std::slice::from_raw_parts(regs.add(first), base + 2 + n - first) };
        let args = Args::with_keywords(args, names);
        if let Some(func) = f.downcast_exact::<Function>() {
            let frame = self.push_frame(func, func.code(), ReturnTo::Caller, ret)?;
            self.bind_args(func, frame, Value::UNBOUND, args)?;
            return Ok(Target::Frame(frame));
        }
        if let Some(nf) = f.downcast_exact::<NativeFunction>() {
            return self.call_native(nf, args).map(Target::Value);
        }
        self.call_args(f, args).map(Target::Value)
    }

    #[inline(never)]
    pub(crate) fn call_function_ex(&self, f: Value, args: Value, kwargs: Value) -> PyResult {
        let args = match args.downcast::<Tuple>() {
            Some(t) => t,
            None => {
                if self.type_of(args).slots().iter.is_none() && self.type_of(args).slots().getitem.is_none() {
                    return Err(self.type_error(format!(
                        "{} argument after * must be an iterable, not {}",
                        self.callable_text(f),
                        self.type_name(args)
                    )));
                }
                self.new_tuple(RootVec::collect(self, args)?.as_slice())?
            }
        };
        let Some(kw) = kwargs.downcast::<Dict>().filter(|d| !d.is_empty()) else {
            return self.call(f, args.as_slice());
        };
        let all = RootVec::from_slice(self, args.as_slice())?;
        let names = RootVec::new(self);
        let mut pos = 0;
        while let Some((n, k, v)) = kw.next_entry(pos) {
            if !k.is::<Str>() {
                return Err(self.type_error("keywords must be strings"));
            }
            names.push(k)?;
            all.push(v)?;
            pos = n;
        }
        let names = self.new_tuple(names.as_slice())?;
        self.call_args(f, Args::with_keywords(all.as_slice(), Some(names)))
    }

    #[inline(never)]
    pub(crate) fn set_function_attribute(&self, f: Gc<Function>, v: Value, which: usize) {
        let h = f.header();
        match which as u16 {
            function_attribute::DEFAULTS => f.defaults.as_slot().set(self, h, v),
            function_attribute::KWDEFAULTS => f.kwdefaults.as_slot().set(self, h, v),
            function_attribute::CLOSURE => f.closure.as_slot().set(self, h, v),
            _ => f.annotate.set(self, h, v),
        }
    }
}
