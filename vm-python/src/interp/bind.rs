//! Frames for calls: pushing one, and binding arguments to parameters.

use std::ptr;

use vm_compiler::CodeFlags;

use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{
        code::Code,
        frame::{FRAME_WORDS, Frame, ReturnTo},
        function::Function,
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

use super::isa::PyIsa;

impl Vm {
    /// This thread's copy of the bytecode of `code`; made if absent.
    #[inline(always)]
    pub(crate) fn words_of(&self, code: Gc<Code>) -> PyResult<*const vm_core::sync::AtomicU64> {
        match code.body().copies.get(self.copy_index) {
            Some(w) => Ok(w.as_ptr()),
            None => self.make_copy(code),
        }
    }

    #[cold]
    #[inline(never)]
    fn make_copy(&self, code: Gc<Code>) -> PyResult<*const vm_core::sync::AtomicU64> {
        self.interp().stats.copies.fetch_add(1, vm_core::sync::Ordering::Relaxed);
        let made =
            code.body().copies.get_or_make::<PyIsa>(self.copy_index, self.interp().core.retired(), |n| {
                if self.faults.no_memory() {
                    return None;
                }
                Some((0..n).map(|_| vm_core::sync::AtomicU64::new(0)).collect())
            });
        // A longer array may have replaced one that others still read.
        self.interp().core.request_drain(&self.attached());
        match made {
            Ok(w) => Ok(w.as_ptr()),
            Err(_) => Err(self.memory_error()),
        }
    }

    /// Pushes a frame whose registers are not yet written.
    #[inline(always)]
    pub(crate) fn push_frame(
        &self,
        func: Gc<Function>,
        code: Gc<Code>,
        return_to: ReturnTo,
        ret: u16,
    ) -> PyResult<*mut Frame> {
        let words = self.words_of(code)?;
        let depth = self.depth.get() + 1;
        if depth > self.recursion_limit() {
            return Err(self.too_deep());
        }
        let Some(p) = self.stack.push(FRAME_WORDS + code.nregs as usize) else {
            return Err(self.too_deep());
        };
        self.depth.set(depth);
        let frame: *mut Frame = p.cast();
        // SAFETY: fresh room for a header and `nregs` registers on this thread's VM stack.
        unsafe {
            frame.write(Frame {
                prev: self.frame.get(),
                code,
                func,
                locals: Value::UNBOUND,
                ip: words,
                base: words,
                object: Value::UNBOUND,
                return_to,
                in_generator: false,
                ret,
                word: vm_core::frame_state::Position::default(),
            });
        }
        Ok(frame)
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&self) -> Thrown {
        // The exception's own construction may use a few frames more.
        self.recursion_error("maximum recursion depth exceeded")
    }

    /// Drops a frame that was pushed and not yet entered, or that has returned. Frames of generators stay.
    #[inline(always)]
    pub(crate) fn pop_frame(&self, frame: *mut Frame) {
        self.depth.set(self.depth.get() - 1);
        // SAFETY: the frame is this thread's newest.
        if unsafe { !(*frame).in_generator } {
            self.stack.pop_to(frame.cast());
        }
    }

    /// Sets registers `from..nlocals` to UNBOUND.
    ///
    /// # Safety
    /// `regs` are the registers of a frame of `code`.
    #[inline(always)]
    pub(crate) unsafe fn clear_locals(regs: *mut Value, from: usize, code: &Code) {
        for i in from..code.nlocals as usize {
            // SAFETY: by the caller.
            unsafe { regs.add(i).write(Value::UNBOUND) };
        }
    }

    /// Binds arguments to the parameters of `func` in the registers of `frame`. `this` goes first unless UNBOUND.
    /// On error the frame is popped.
    pub(crate) fn bind_args(
        &self,
        func: Gc<Function>,
        frame: *mut Frame,
        this: Value,
        args: Args<'_>,
    ) -> PyResult<()> {
        let code = func.code();
        let regs = Frame::regs(frame);
        let simple = !code.flags.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS) && code.kwonlyargcount == 0;
        let extra = usize::from(!this.is_unbound());
        if simple && args.kwnames().is_none() && args.all().len() + extra == code.argcount as usize {
            // SAFETY: the frame has at least `argcount` registers.
            unsafe {
                if extra == 1 {
                    regs.write(this);
                }
                ptr::copy_nonoverlapping(args.all().as_ptr(), regs.add(extra), args.all().len());
                Vm::clear_locals(regs, code.argcount as usize, &code);
            }
            return Ok(());
        }
        let r = self.bind_general(func, code, regs, this, args);
        if r.is_err() {
            self.pop_frame(frame);
        }
        r
    }

    #[inline(never)]
    fn bind_general(
        &self,
        func: Gc<Function>,
        code: Gc<Code>,
        regs: *mut Value,
        this: Value,
        args: Args<'_>,
    ) -> PyResult<()> {
        let argcount = code.argcount as usize;
        let kwonly = code.kwonlyargcount as usize;
        let total = argcount + kwonly;
        let has_varargs = code.flags.has(CodeFlags::VARARGS);
        let has_kwargs = code.flags.has(CodeFlags::VARKEYWORDS);
        let reg = |i: usize| {
            debug_assert!(i < code.nregs as usize);
            // SAFETY: parameters come first among the frame's registers.
            unsafe { &mut *regs.add(i) }
        };
        // SAFETY: the registers belong to a frame of `code`.
        unsafe { Vm::clear_locals(regs, 0, &code) };
        let extra = usize::from(!this.is_unbound());
        let pos = args.pos();
        let given = pos.len() + extra;
        let get = |i: usize| if extra == 1 { if i == 0 { this } else { pos[i - 1] } } else { pos[i] };
        let n = given.min(argcount);
        for i in 0..n {
            *reg(i) = get(i);
        }
        // The frame is not yet linked, so what is made for it must be found on the native stack until the end.
        let mut made = [Value::UNBOUND; 2];
        let mut next = total;
        if has_varargs {
            // The arguments are in the caller's registers or on the native stack: safe across the allocation.
            let t = if given > argcount {
                let t = self.alloc_tuple(given - argcount)?;
                for i in argcount..given {
                    t.init(i - argcount, get(i));
                }
                t
            } else {
                self.new_tuple(&[])?
            };
            made[0] = t.value();
            *reg(next) = t.value();
            next += 1;
        }
        let kwargs = if has_kwargs {
            let d = self.new_dict()?;
            made[1] = d.value();
            *reg(next) = d.value();
            Some(d)
        } else {
            None
        };
        let varnames = code.varnames.get();
        let names: &[Value] = varnames.as_ref().map_or(&[], |t| t.as_slice());
        for (k, v) in args.keywords() {
            let k = self.intern_str(k);
            let start = code.posonlyargcount as usize;
            match names[..total].iter().skip(start).position(|n| *n == k.value()) {
                Some(i) => {
                    let i = i + start;
                    if !reg(i).is_unbound() {
                        return Err(self.type_error(format!(
                            "{}() got multiple values for argument '{}'",
                            self.func_name(func),
                            k.to_str_lossy()
                        )));
                    }
                    *reg(i) = v;
                }
                None => match kwargs {
                    Some(d) => d.set_str(self, k, v)?,
                    None => return Err(self.unexpected_keyword(func, code, k, names, args)),
                },
            }
        }
        if given > argcount && !has_varargs {
            return Err(self.too_many_positional(func, code, given, reg));
        }
        let defaults = func.defaults.get();
        if n < argcount {
            let have = defaults.map_or(0, |d| d.len());
            let first_default = argcount - have.min(argcount);
            let mut missing = Vec::new();
            for i in n..argcount {
                if reg(i).is_unbound() {
                    if i >= first_default
                        && let Some(d) = defaults
                    {
                        *reg(i) = d.as_slice()[i - first_default + (have - have.min(argcount))];
                    } else {
                        missing.push(i);
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(func, names, &missing, "positional"));
            }
        }
        if kwonly > 0 {
            let kwdefaults = func.kwdefaults.get();
            let mut missing = Vec::new();
            for (i, name) in names.iter().enumerate().take(total).skip(argcount) {
                if reg(i).is_unbound() {
                    // SAFETY: variable names are strings.
                    let name = unsafe { name.downcast_unchecked::<Str>() };
                    match kwdefaults {
                        Some(d) => match d.get_str(self, name)? {
                            Some(v) => *reg(i) = v,
                            None => missing.push(i),
                        },
                        None => missing.push(i),
                    }
                }
            }
            if !missing.is_empty() {
                return Err(self.missing_arguments(func, names, &missing, "keyword-only"));
            }
        }
        std::hint::black_box(&made);
        Ok(())
    }

    fn func_name(&self, func: Gc<Function>) -> String {
        func.qualname.get().downcast::<Str>().map_or_else(String::new, |s| s.to_str_lossy().into_owned())
    }

    #[cold]
    fn unexpected_keyword(
        &self,
        func: Gc<Function>,
        code: Gc<Code>,
        k: Gc<Str>,
        names: &[Value],
        args: Args<'_>,
    ) -> Thrown {
        let name = self.func_name(func);
        let posonly = &names[..code.posonlyargcount as usize];
        let given: Vec<String> = args
            .keywords()
            .filter(|(k, _)| posonly.contains(&self.intern_str(*k).value()))
            .map(|(k, _)| k.to_str_lossy().into_owned())
            .collect();
        if !given.is_empty() {
            return self.type_error(format!(
                "{name}() got some positional-only arguments passed as keyword arguments: '{}'",
                given.join(", ")
            ));
        }
        self.type_error(format!("{name}() got an unexpected keyword argument '{}'", k.to_str_lossy()))
    }

    #[cold]
    fn too_many_positional<'r>(
        &self,
        func: Gc<Function>,
        code: Gc<Code>,
        given: usize,
        reg: impl Fn(usize) -> &'r mut Value,
    ) -> Thrown {
        let argcount = code.argcount as usize;
        let defaults = func.defaults.get().map_or(0, |d| d.len());
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let kwonly_given =
            (argcount..argcount + code.kwonlyargcount as usize).filter(|&i| !reg(i).is_unbound()).count();
        let takes = if defaults > 0 {
            format!("from {} to {argcount} positional arguments", argcount - defaults)
        } else {
            format!("{argcount} positional argument{}", plural(argcount))
        };
        let given = if kwonly_given > 0 {
            format!(
                "{given} positional argument{} (and {kwonly_given} keyword-only argument{}) were",
                plural(given),
                plural(kwonly_given)
            )
        } else {
            format!("{given} {}", if given == 1 { "was" } else { "were" })
        };
        self.type_error(format!("{}() takes {takes} but {given} given", self.func_name(func)))
    }

    #[cold]
    fn missing_arguments(
        &self,
        func: Gc<Function>,
        names: &[Value],
        missing: &[usize],
        what: &str,
    ) -> Thrown {
        let quoted: Vec<String> = missing
            .iter()
            .map(|&i| {
                format!(
                    "'{}'",
                    names[i].downcast::<Str>().map_or_else(String::new, |s| s.to_str_lossy().into_owned())
                )
            })
            .collect();
        let list = match quoted.as_slice() {
            [one] => one.clone(),
            [a, b] => format!("{a} and {b}"),
            [init @ .., last] => format!("{}, and {last}", init.join(", ")),
            [] => String::new(),
        };
        let n = missing.len();
        self.type_error(format!(
            "{}() missing {n} required {what} argument{}: {list}",
            self.func_name(func),
            if n == 1 { "" } else { "s" }
        ))
    }
}
