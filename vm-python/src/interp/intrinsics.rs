//! CALL_INTRINSIC: what has no opcode of its own.
//!
//! Type parameters, type aliases and templates are made by the bundled modules `_typing` and `_template`, which are imported when
//! a program first needs them.

use vm_compiler::{CodeFlags, opcodes::Intrinsic};

use crate::{
    error::{PyResult, Thrown},
    object::{frame::Frame, sequence::Tuple},
    value::Value,
    vm::Vm,
};

impl Vm {
    #[inline(never)]
    pub(crate) fn intrinsic(&self, frame: *mut Frame, v: Value, which: usize) -> PyResult {
        let Some(which) = Intrinsic::from_number(which) else {
            return Err(self.runtime_error("unknown intrinsic"));
        };
        match which {
            Intrinsic::ImportStar => {
                // SAFETY: the newest frame.
                let locals = unsafe { (*frame).locals };
                self.import_star(v, locals).map(|_| Value::NONE)
            }
            Intrinsic::StopIterationError => self.stop_iteration_error(frame, v),
            Intrinsic::Print => {
                let hook = self.interp().boot().sys.get_str(self, self.names().displayhook)?;
                match hook {
                    Some(h) => self.call(h, &[v]),
                    None => Err(self.runtime_error("lost sys.displayhook")),
                }
            }
            Intrinsic::AsyncGenWrap => self.wrap_yielded(v),
            Intrinsic::PrepReraiseStar => {
                let Some(t) = v.downcast::<Tuple>() else { return Ok(Value::NONE) };
                let [original, results @ ..] = t.as_slice() else { return Ok(Value::NONE) };
                self.prepare_reraise_star(*original, results)
            }
            Intrinsic::TypeVar => self.call_bundled("_typing", "_type_var", &[v]),
            Intrinsic::ParamSpec => self.call_bundled("_typing", "_param_spec", &[v]),
            Intrinsic::TypeVarTuple => self.call_bundled("_typing", "_type_var_tuple", &[v]),
            Intrinsic::TypeVarWithBound => self.call_bundled("_typing", "_bounded", &self.items::<2>(v)?),
            Intrinsic::TypeVarWithConstraints => {
                self.call_bundled("_typing", "_constrained", &self.items::<2>(v)?)
            }
            Intrinsic::TypeAlias => {
                let [name, params, value] = self.items::<3>(v)?;
                // SAFETY: the newest frame.
                let globals = unsafe { (*frame).func.globals() };
                let module = globals.get_str(self, self.names().__name__)?.unwrap_or(Value::NONE);
                self.call_bundled("_typing", "_type_alias", &[name, params, value, module])
            }
            Intrinsic::SetTypeParamDefault => {
                self.call_bundled("_typing", "_set_default", &self.items::<2>(v)?)
            }
            Intrinsic::SubscriptGeneric => self.call_bundled("_typing", "_subscript_generic", &[v]),
            Intrinsic::Template => self.call_bundled("_template", "_literal", &self.items::<2>(v)?),
        }
    }

    /// The items of a tuple that the compiled code built. By value, so that they stand on the native stack.
    fn items<const N: usize>(&self, v: Value) -> PyResult<[Value; N]> {
        let items = v.downcast::<Tuple>();
        let items = items.as_ref().and_then(|t| t.as_slice().try_into().ok());
        items.ok_or_else(|| self.runtime_error("an intrinsic without its arguments"))
    }

    fn call_bundled(&self, module: &str, function: &str, arguments: &[Value]) -> PyResult {
        let module = self.import_module(module)?;
        let function = self.getattr(module, self.intern(function)?)?;
        self.call(function, arguments)
    }

    /// PEP 479: a StopIteration may not leave a generator.
    fn stop_iteration_error(&self, frame: *mut Frame, v: Value) -> PyResult {
        let e = Thrown(v);
        // SAFETY: the newest frame.
        let flags = unsafe { (*frame).code }.flags;
        let kind = if flags.has(CodeFlags::ASYNC_GENERATOR) {
            "async generator"
        } else if flags.has(CodeFlags::COROUTINE) {
            "coroutine"
        } else {
            "generator"
        };
        let what = if e.is(self, self.exc().stop_iteration) {
            "StopIteration"
        } else if flags.has(CodeFlags::ASYNC_GENERATOR) && e.is(self, self.exc().stop_async_iteration) {
            "StopAsyncIteration"
        } else {
            return Ok(v);
        };
        let new = self.runtime_error(format!("{kind} raised {what}"));
        let x = new.exception();
        x.cause.set(self, x.header(), v);
        x.context.set(self, x.header(), v);
        x.suppress_context.store(true, vm_core::sync::Ordering::Relaxed);
        Ok(new.0)
    }
}
