//! `code`: compiled code as Python code sees it.

use vm_core::sync::Ordering;

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{class::TypeSlots, code::Code, gc::Gc, items::RootVec, kind::Kind, str::Str},
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

fn int(n: impl Into<i64>) -> PyResult {
    Ok(Value::small_int(n.into()))
}

/// `code`
pub static DEF: TypeDef = TypeDef {
    name: "code",
    doc: "Create a code object.  Not for mere mortals.",
    kind: Kind::Code,
    size: size_of::<Code>(),
    flags: crate::object::class::type_flags::WEAKREF,
    slots: TypeSlots { repr: Some(repr), ..NO_SLOTS },
    methods: &[MethodDef::new("co_lines", lines), MethodDef::new("co_positions", positions)],
    getset: &[
        GetSetDef::read_only("co_name", |vm, c| Ok(this(vm, c)?.name.get())),
        GetSetDef::read_only("co_qualname", |vm, c| Ok(this(vm, c)?.qualname.get())),
        GetSetDef::read_only("co_filename", |vm, c| Ok(this(vm, c)?.filename.get())),
        GetSetDef::read_only("co_firstlineno", |vm, c| int(this(vm, c)?.first_line)),
        GetSetDef::read_only("co_argcount", |vm, c| int(this(vm, c)?.argcount)),
        GetSetDef::read_only("co_posonlyargcount", |vm, c| int(this(vm, c)?.posonlyargcount)),
        GetSetDef::read_only("co_kwonlyargcount", |vm, c| int(this(vm, c)?.kwonlyargcount)),
        GetSetDef::read_only("co_nlocals", |vm, c| int(this(vm, c)?.nlocals)),
        GetSetDef::read_only("co_stacksize", |vm, c| int(this(vm, c)?.nregs)),
        GetSetDef::read_only("co_flags", |vm, c| int(this(vm, c)?.flags.0)),
        GetSetDef::read_only("co_consts", |vm, c| Ok(this(vm, c)?.consts().value())),
        GetSetDef::read_only("co_names", names),
        GetSetDef::read_only("co_varnames", |vm, c| Ok(this(vm, c)?.varnames.as_slot().get())),
        GetSetDef::read_only("co_cellvars", |vm, c| Ok(this(vm, c)?.cellvars.as_slot().get())),
        GetSetDef::read_only("co_freevars", |vm, c| Ok(this(vm, c)?.freevars.as_slot().get())),
        GetSetDef::read_only("co_code", bytes),
    ],
};

fn this(vm: &Vm, c: Value) -> PyResult<Gc<Code>> {
    c.downcast::<Code>().ok_or_else(|| vm.type_error("descriptor requires a 'code' object"))
}

fn repr(vm: &Vm, c: Value) -> PyResult<Gc<Str>> {
    let code = this(vm, c)?;
    let (name, file) = (vm.str(code.name.get())?, vm.str(code.filename.get())?);
    vm.new_str(&format!(
        "<code object {} at {:#x}, file \"{}\", line {}>",
        name.to_str_lossy(),
        code.as_ptr() as usize,
        file.to_str_lossy(),
        code.first_line
    ))
}

/// Attribute and global names are ordinary constants here: those that instructions use as names.
fn names(vm: &Vm, c: Value) -> PyResult {
    use vm_compiler::opcodes::{INFO, Operand};
    let code = this(vm, c)?;
    let out = RootVec::new(vm);
    let main = code.body().copies.main();
    for p in &code.body().positions {
        let Some(word) = main.get(p.word as usize) else { continue };
        let word = word.load(Ordering::Relaxed);
        let Some(info) = INFO.get((word & 0x3FFF) as usize) else { continue };
        let named = ["GLOBAL", "NAME", "ATTR", "METHOD", "IMPORT"].iter().any(|n| info.name.contains(n));
        if !named {
            continue;
        }
        for (i, operand) in info.operands.iter().enumerate() {
            if *operand == Operand::K {
                let k = (word >> (16 * (i + 1))) as u16;
                let v = code.constant(k);
                if v.is::<Str>() && !out.as_slice().contains(&v) {
                    out.push(v)?;
                }
            }
        }
    }
    Ok(vm.new_tuple(out.as_slice())?.value())
}

/// The words of the main copy as they are now, little-endian.
fn bytes(vm: &Vm, c: Value) -> PyResult {
    let code = this(vm, c)?;
    let mut out = Vec::with_capacity(code.len as usize * 8);
    for w in code.body().copies.main() {
        out.extend_from_slice(&w.load(Ordering::Relaxed).to_le_bytes());
    }
    Ok(vm.new_bytes(&out)?.value())
}

fn number(n: u32) -> Value {
    Value::small_int(i64::from(n))
}

/// `co_lines()`: iterator of (first offset, end offset, line). An offset is two per code word.
fn lines(vm: &Vm, args: Args<'_>) -> PyResult {
    let (code, []) = args.method::<Code, 0>(vm, "co_lines")?;
    let out = RootVec::new(vm);
    let table = &code.body().positions;
    let mut i = 0;
    while i < table.len() {
        let first = table[i];
        let mut j = i + 1;
        while j < table.len() && table[j].line == first.line {
            j += 1;
        }
        let end = table.get(j).map_or(code.len, |p| p.word);
        // A module begins at line 0; elsewhere 0 means no line.
        let line = if first.line == 0 && first.word > 0 { Value::NONE } else { number(first.line) };
        out.push(vm.new_tuple(&[number(first.word * 2), number(end * 2), line])?.value())?;
        i = j;
    }
    let list = vm.new_list(out.as_slice())?;
    vm.iter(list.value())
}

/// `co_positions()`: iterator of (line, end line, column, end column), one per code word.
fn positions(vm: &Vm, args: Args<'_>) -> PyResult {
    let (code, []) = args.method::<Code, 0>(vm, "co_positions")?;
    let out = RootVec::with_capacity(vm, code.len as usize)?;
    let table = &code.body().positions;
    for (i, p) in table.iter().enumerate() {
        let end = table.get(i + 1).map_or(code.len, |n| n.word);
        let entry = if p.line == 0 {
            vm.new_tuple(&[Value::NONE; 4])?
        } else {
            vm.new_tuple(&[number(p.line), number(p.end_line), number(p.col), number(p.end_col)])?
        };
        for _ in p.word..end {
            out.push(entry.value())?;
        }
    }
    let list = vm.new_list(out.as_slice())?;
    vm.iter(list.value())
}
