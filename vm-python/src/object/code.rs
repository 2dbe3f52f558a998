//! Code objects.

use std::{cell::UnsafeCell, sync::Arc};

use vm_compiler::{CodeFlags, CodeUnit, Const, Handler, Position};
use vm_core::code::CodeCopies;
use vm_core::instrument::CodeInstruments;
use vm_core::sync::AtomicU64;
use vm_heap::{Header, Marker};

use super::{
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
    sequence::Tuple,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// A code object. Bytecode copies and tables live on the Rust heap, so the cell is drop-bearing.
#[repr(C)]
pub struct Code {
    header: Header,
    /// `co_name`
    pub name: Slot,
    /// `co_qualname`
    pub qualname: Slot,
    /// `co_filename`
    pub filename: Slot,
    /// Constants, names included.
    pub consts: Ptr<Tuple>,
    /// `co_varnames`
    pub varnames: Ptr<Tuple>,
    /// `co_cellvars`
    pub cellvars: Ptr<Tuple>,
    /// `co_freevars`
    pub freevars: Ptr<Tuple>,
    /// Registers in all.
    pub nregs: u16,
    /// Fast locals.
    pub nlocals: u16,
    /// First free-variable register.
    pub free_base: u16,
    /// First temporary register.
    pub temp_base: u16,
    /// Positional parameters.
    pub argcount: u16,
    /// Positional-only parameters.
    pub posonlyargcount: u16,
    /// Keyword-only parameters.
    pub kwonlyargcount: u16,
    /// `co_flags`
    pub flags: CodeFlags,
    /// `co_firstlineno`
    pub first_line: u32,
    /// Words of one copy.
    pub len: u32,
    body: UnsafeCell<Option<Arc<CodeBody>>>,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Code {
    const KIND: Kind = Kind::Code;
}

/// The Rust-owned part of a code object.
pub struct CodeBody {
    /// The copies of the bytecode, one per thread that ran it; entry 0 is the main copy.
    pub copies: CodeCopies,
    /// Source positions and live registers, one per instruction.
    pub positions: Box<[Position]>,
    /// Exception table.
    pub handlers: Box<[Handler]>,
    /// Word offsets of the RESUME instructions.
    pub resumes: Box<[u32]>,
    /// Who watches which instruction.
    pub instruments: CodeInstruments,
}

impl Code {
    /// The Rust-owned part.
    #[inline(always)]
    #[must_use]
    pub fn body(&self) -> &CodeBody {
        // SAFETY: set at creation; taken only when the cell is swept, when nobody can reach it any more.
        unsafe { (*self.body.get()).as_deref().unwrap_unchecked() }
    }
    /// The same, shared with the list of instrumented code.
    #[must_use]
    pub(crate) fn shared_body(&self) -> &Arc<CodeBody> {
        // SAFETY: as above.
        unsafe { (*self.body.get()).as_ref().unwrap_unchecked() }
    }
    /// Frees the Rust-owned part.
    ///
    /// # Safety
    /// The cell is dead.
    pub(crate) unsafe fn drop_body(&self) {
        // SAFETY: by the caller.
        unsafe { *self.body.get() = None };
    }
    /// The position entry of the instruction at `word`.
    #[must_use]
    pub fn position(&self, word: u32) -> Option<&Position> {
        let p = &self.body().positions;
        let i = p.partition_point(|e| e.word <= word);
        p.get(i.wrapping_sub(1))
    }
    /// The line of the last instruction before `word` that has one, else 0.
    #[must_use]
    pub fn line_before(&self, word: u32) -> u32 {
        let table = &self.body().positions;
        let end = table.partition_point(|p| p.word < word);
        table[..end].iter().rev().map(|p| p.line).find(|&line| line != 0).unwrap_or(0)
    }
    /// Registers that may be live while the instruction at `word` runs.
    #[must_use]
    pub fn live_registers(&self, word: u32) -> u16 {
        self.position(word).map_or(self.nregs, |p| p.live)
    }
    /// The handler that covers `word`.
    #[must_use]
    pub fn handler(&self, word: u32) -> Option<&Handler> {
        self.body().handlers.iter().find(|h| h.start <= word && word < h.end)
    }
    /// Constant `i`.
    #[inline(always)]
    #[must_use]
    pub fn constant(&self, i: u16) -> Value {
        self.consts().as_slice()[i as usize]
    }
    /// All constants.
    #[inline(always)]
    #[must_use]
    pub fn consts(&self) -> Gc<Tuple> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.consts.get_unchecked() }
    }
    /// The documentation string, or None.
    #[must_use]
    pub fn doc(&self) -> Value {
        if self.flags.has(CodeFlags::HAS_DOCSTRING) { self.constant(0) } else { Value::NONE }
    }
    pub(crate) fn trace_fields(&self, m: &mut Marker) {
        for s in [&self.name, &self.qualname, &self.filename] {
            s.trace(m);
        }
        for p in [&self.consts, &self.varnames, &self.cellvars, &self.freevars] {
            p.trace(m);
        }
    }
}

impl Vm {
    /// The heap form of a compiled unit.
    pub fn new_code(&self, unit: &CodeUnit) -> PyResult<Gc<Code>> {
        let name = self.intern(&unit.name)?;
        let qualname = self.intern(&unit.qualname)?;
        let filename = self.intern(&unit.filename)?;
        let names = |list: &[String]| -> PyResult<Gc<Tuple>> {
            let t = self.alloc_tuple(list.len())?;
            for (i, n) in list.iter().enumerate() {
                t.init(i, self.intern(n)?.value());
            }
            Ok(t)
        };
        let varnames = names(&unit.varnames)?;
        let cellvars = names(&unit.cellvars)?;
        let freevars = names(&unit.freevars)?;
        let consts = self.alloc_tuple(unit.consts.len())?;
        for (i, c) in unit.consts.iter().enumerate() {
            consts.init(i, self.new_const(c)?);
        }
        let words: Box<[AtomicU64]> = unit.words.iter().map(|&w| AtomicU64::new(w)).collect();
        let mut body = CodeBody {
            copies: CodeCopies::new(words),
            positions: unit.positions.clone().into(),
            handlers: unit.handlers.clone().into(),
            resumes: Box::default(),
            instruments: CodeInstruments::default(),
        };
        body.resumes = body.find_resumes();
        let body = Arc::new(body);
        let c = self.alloc_cell_drop::<Code>(size_of::<Code>())?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            let p = c.as_ptr();
            (*p).nregs = unit.nregs;
            (*p).nlocals = unit.nlocals();
            (*p).free_base = unit.free_base();
            (*p).temp_base = unit.temp_base();
            (*p).argcount = unit.argcount;
            (*p).posonlyargcount = unit.posonlyargcount;
            (*p).kwonlyargcount = unit.kwonlyargcount;
            (*p).flags = unit.flags;
            (*p).first_line = unit.first_line;
            (*p).len = unit.words.len() as u32;
            (&raw mut (*p).body).write(UnsafeCell::new(Some(body)));
        }
        c.name.init(name.value());
        c.qualname.init(qualname.value());
        c.filename.init(filename.value());
        c.consts.as_slot().init(consts.value());
        c.varnames.as_slot().init(varnames.value());
        c.cellvars.as_slot().init(cellvars.value());
        c.freevars.as_slot().init(freevars.value());
        Ok(c)
    }

    /// The value of a constant. Strings that look like names are interned.
    pub fn new_const(&self, c: &Const) -> PyResult {
        Ok(match c {
            Const::None => Value::NONE,
            Const::True => Value::TRUE,
            Const::False => Value::FALSE,
            Const::Ellipsis => Value::ELLIPSIS,
            Const::Int(n) => self.new_int(*n)?,
            Const::BigInt(n) => self.new_bigint(n.clone())?,
            Const::Float(x) => self.new_float(*x)?,
            Const::Complex(re, im) => self.new_complex(*re, *im)?,
            Const::Str(s) => {
                let name_like = s.len() <= 64 && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if name_like { self.intern(s)?.value() } else { self.new_str(s)?.value() }
            }
            Const::StrSurrogates(cps) => self.new_str_from_code_points(cps)?.value(),
            Const::Bytes(b) => self.new_bytes(b)?.value(),
            Const::Tuple(items) => {
                let t = self.alloc_tuple(items.len())?;
                for (i, c) in items.iter().enumerate() {
                    t.init(i, self.new_const(c)?);
                }
                t.value()
            }
            Const::FrozenSet(items) => {
                let v = super::items::RootVec::with_capacity(self, items.len())?;
                for c in items {
                    v.push(self.new_const(c)?)?;
                }
                // Built twice, as CPython's compiler does: the order of the elements shows it.
                let first = self.new_frozenset(v.as_slice())?;
                match super::set::as_any_set(first.value()) {
                    Some(f) => self.new_frozenset(f.snapshot(self)?.as_slice())?.value(),
                    None => first.value(),
                }
            }
            Const::Code(unit) => self.new_code(unit)?.value(),
        })
    }
}
