//! The text form of small programs, as snapshots: what a change of the compiler changes is seen in review.
//! `INSTA_UPDATE=always cargo test -p vm-compiler --test text` takes the new text.

use vm_compiler::{CompileOptions, Mode, compile, disassemble, opcode_page};

fn text(source: &str) -> String {
    match compile(source, "<test>", Mode::Exec, &CompileOptions::default()) {
        Ok(unit) => disassemble(&unit),
        Err(error) => panic!("{error}"),
    }
}

macro_rules! snapshots {
    ($($name:ident: $source:literal;)*) => { $(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), text($source));
        }
    )* };
}

snapshots! {
    loops: "
def f(n, data):
    total = 0
    for i in range(n):
        if i % 3 == 0 and i not in (4, 5):
            continue
        total += data[i] * 2
    a, b = 0, 1
    while a < n:
        a, b = b, a + b
    return -total if total else None
";
    classes: "
class A(Base, option=1):
    'doc'
    count = 0
    def __init__(self, x, *rest, key=None, **kw):
        super().__init__(x)
        self.x = x
    def m(self):
        return self.helper(1, k=2, *self.rest)
";
    exceptions: "
def f(path):
    try:
        with open(path) as file:
            return file.read()
    except (OSError, ValueError) as error:
        print(error)
        raise RuntimeError from error
    finally:
        done()
";
    closures: "
def outer(n):
    def inner():
        nonlocal n
        n += 1
        return n
    fs = [lambda k=k: n + k for k in range(3)]
    return inner, fs, [(x, y) for x in fs for y in x if y]
";
    generators: "
def g(it):
    got = yield 1
    result = yield from it
    return got, result
async def a(it):
    async with it as x:
        return [await y async for y in x]
";
    patterns: "
def f(x):
    match x:
        case [1, str(s), *rest] if rest:
            return s
        case {'k': v, **others} | Point(v, y=others):
            return v
        case None | True:
            return x
";
    unbound: "
def f(flag):
    if flag:
        x = 1
    print(x, x)
    del x
    print(x)
def g(a):
    return a + (a := 5) + a
";
    strings: "
def f(x):
    return f'{x!r:>{x + 1}} and {x=} {{}}' + '%s' % x
";
    annotations: "
x: int = 1
def f(a: int, *b: str) -> None: pass
";
}

#[test]
fn the_page_of_opcodes_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/opcodes.md");
    let page = std::fs::read_to_string(path).expect("docs/opcodes.md");
    assert!(page == opcode_page(), "run: cargo run -p vm-compiler --example opcodes > docs/opcodes.md");
}
