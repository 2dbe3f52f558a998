//! Scratch: dump as a Python literal.
#![expect(clippy::print_stdout, reason = "x")]
use vm_compiler::{CodeUnit, CompileOptions, Const, Mode, compile, text::Instruction};
fn pystr(s: &str) -> String {
    let mut o = String::from("\"");
    for c in s.chars() {
        if c.is_ascii_alphanumeric() || c == ' ' || c == '_' {
            o.push(c)
        } else {
            o += &format!("\\U{:08x}", c as u32)
        }
    }
    o.push('"');
    o
}
fn konst(c: &Const) -> String {
    match c {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "...".into(),
        Const::Int(i) => i.to_string(),
        Const::BigInt(b) => b.to_string(),
        Const::Float(f) => format!("F({})", f.to_bits()),
        Const::Complex(a, b) => format!("complex(F({}),F({}))", a.to_bits(), b.to_bits()),
        Const::Str(s) => pystr(s),
        Const::StrSurrogates(p) => {
            let mut o = String::from("\"");
            for c in p {
                o += &format!("\\U{c:08x}")
            }
            o.push('"');
            o
        }
        Const::Bytes(b) => format!("bytes({:?})", &b[..]),
        Const::Tuple(t) => format!("({})", t.iter().map(|c| konst(c) + ",").collect::<String>()),
        Const::FrozenSet(t) => {
            format!("frozenset([{}])", t.iter().map(|c| konst(c) + ",").collect::<String>())
        }
        Const::Code(u) => unit(u),
    }
}
fn names(n: &[String]) -> String {
    format!("[{}]", n.iter().map(|s| pystr(s) + ",").collect::<String>())
}
fn unit(u: &CodeUnit) -> String {
    let mut ins = String::new();
    let mut at = 0;
    let mut n = 0;
    while let Some(i) = Instruction::decode(&u.words, at) {
        ins += &format!(
            "({},'{}',{},{},{},{},{},{},{}),",
            i.at,
            i.op.info().name,
            i.operands[0],
            i.operands[1],
            i.operands[2],
            i.aux,
            i.target().unwrap_or(-1),
            u.positions[n].line,
            u.positions[n].live
        );
        at = i.next();
        n += 1;
    }
    format!(
        "Code({},{},{},({},{},{}),{},{},{},{},[{}],[{}],[{}],{})",
        pystr(&u.name),
        pystr(&u.qualname),
        u.flags.0,
        u.argcount,
        u.posonlyargcount,
        u.kwonlyargcount,
        names(&u.varnames),
        names(&u.cellvars),
        names(&u.freevars),
        u.nregs,
        u.consts.iter().map(|c| konst(c) + ",").collect::<String>(),
        ins,
        u.handlers
            .iter()
            .map(|h| format!("({},{},{},{}),", h.start, h.end, h.target, h.reg))
            .collect::<String>(),
        u.first_line
    )
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let s = std::fs::read_to_string(&a[1]).unwrap();
    match compile(&s, &a[1], Mode::Exec, &CompileOptions::default()) {
        Ok(u) => println!("{}", unit(&u)),
        Err(e) => {
            println!("ERROR {e}");
            std::process::exit(1)
        }
    }
}
