//! Random expressions that mostly make sense: each has a kind, and operators are chosen for it.

use super::generate::Generator;

/// What a value probably is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An int of any size, or a bool.
    Int,
    /// A float.
    Float,
    /// A text.
    Str,
    /// A list.
    List,
    /// A tuple.
    Tuple,
    /// A dict.
    Dict,
    /// An instance of the prelude's classes.
    Object,
    /// Unknown.
    Any,
}

/// All kinds but `Any`.
pub const KINDS: &[Kind] =
    &[Kind::Int, Kind::Float, Kind::Str, Kind::List, Kind::Tuple, Kind::Dict, Kind::Object];

impl Generator {
    /// A variable of this kind, or else of any.
    pub fn name(&mut self, kind: Kind) -> String {
        let fitting: Vec<usize> =
            (0..self.names.len()).filter(|i| kind == Kind::Any || self.names[*i].1 == kind).collect();
        let i = match fitting.len() {
            0 => self.random.below(self.names.len()),
            n => fitting[self.random.below(n)],
        };
        self.names[i].0.clone()
    }

    /// An expression whose truth is asked for.
    pub fn condition(&mut self, depth: usize) -> String {
        let kind = KINDS[self.random.below(KINDS.len())];
        match self.random.below(6) {
            0 => self.expression(Kind::Any, depth),
            1 => format!(
                "isinstance({}, {})",
                self.expression(Kind::Any, depth),
                self.random.pick(&["int", "(str, float)", "Base", "list"])
            ),
            2 => format!("{} in {}", self.expression(Kind::Any, depth), self.expression(Kind::List, depth)),
            3 => format!("{} is {}None", self.name(Kind::Any), self.random.pick(&["", "not "])),
            _ => {
                let (a, b) = (self.expression(kind, depth), self.expression(kind, depth));
                format!("({a} {} {b})", self.random.pick(&["<", "<=", "==", "!=", ">", ">="]))
            }
        }
    }

    /// An expression of about this kind.
    pub fn expression(&mut self, kind: Kind, depth: usize) -> String {
        // Now and then the wrong kind: type errors belong to the language.
        let kind = if kind == Kind::Any || self.random.one_in(14) {
            KINDS[self.random.below(KINDS.len())]
        } else {
            kind
        };
        if depth == 0 || self.random.one_in(7) {
            return if self.random.one_in(2) { self.name(kind) } else { self.literal(kind) };
        }
        match self.random.below(12) {
            0 => return self.call(depth),
            1 => {
                let (a, c, b) = (
                    self.expression(kind, depth - 1),
                    self.condition(depth - 1),
                    self.expression(kind, depth - 1),
                );
                return format!("({a} if {c} else {b})");
            }
            2 => {
                let (a, b) = (self.expression(kind, depth - 1), self.expression(kind, depth - 1));
                return format!("({a} {} {b})", self.random.pick(&["and", "or"]));
            }
            _ => {}
        }
        match kind {
            Kind::Int => self.int(depth - 1),
            Kind::Float => self.float(depth - 1),
            Kind::Str => self.text(depth - 1),
            Kind::List => self.list(depth - 1),
            Kind::Tuple => self.tuple(depth - 1),
            Kind::Dict => self.dict(depth - 1),
            Kind::Object | Kind::Any => self.object(depth - 1),
        }
    }

    /// An expression of one of these kinds.
    fn one_of(&mut self, kinds: &[Kind], depth: usize) -> String {
        let kind = kinds[self.random.below(kinds.len())];
        self.expression(kind, depth)
    }

    fn literal(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Int => match self.random.below(5) {
                0 => self
                    .random
                    .pick(&[
                        "(2 ** 62 - 1)",
                        "(2 ** 61)",
                        "(-(2 ** 63))",
                        "(10 ** 30)",
                        "(4611686018427387903)",
                        "True",
                        "False",
                    ])
                    .to_owned(),
                1 => format!("(-{})", self.random.below(50)),
                _ => format!("({})", self.random.below(30)),
            },
            Kind::Float => self
                .random
                .pick(&["0.5", "(-1.5)", "1e16", "0.1", "3.0", "1e-5", "float('inf')", "(-0.0)", "2.675"])
                .to_owned(),
            Kind::Str => self
                .random
                .pick(&["'a'", "'héllo'", "''", "'日本🐍'", "'a,b,c'", "'12'", "'Mixed Case'", "'k'"])
                .to_owned(),
            Kind::List => self
                .random
                .pick(&["[]", "[1, 'two', 3.0]", "[3, 1, 2]", "[[1], [2, 3]]", "['k', 2]"])
                .to_owned(),
            Kind::Tuple => self.random.pick(&["()", "(1,)", "('k', 2.5)", "(1, (2, 3))"]).to_owned(),
            Kind::Dict => {
                self.random.pick(&["{}", "{'k': [1]}", "{1: 'one', 'z': 26}", "{(1, 2): 3}"]).to_owned()
            }
            Kind::Object => {
                self.random.pick(&["Base()", "Derived(4)", "Derived(1, b='b')", "Base(2.5, [1])"]).to_owned()
            }
            Kind::Any => self
                .random
                .pick(&["None", "...", "int", "len", "1j", "b'ab'", "range(5)", "slice(1, 3)", "{1, 2}"])
                .to_owned(),
        }
    }

    /// A call of one of the program's functions, or of a lambda.
    fn call(&mut self, depth: usize) -> String {
        let (a, b) = (self.expression(Kind::Any, depth - 1), self.expression(Kind::Int, depth - 1));
        if self.functions.is_empty() || self.random.one_in(4) {
            return format!("(lambda x, *y, k=3: (x, y, k))({a}, {b})");
        }
        let i = self.random.below(self.functions.len());
        let (name, generator) = self.functions[i].clone();
        let arguments = match self.random.below(6) {
            0 => a,
            1 => format!("{a}, q={b}"),
            2 => format!("*cut([{a}, {b}])"),
            3 => format!("{a}, {b}, 3, z=1"),
            4 => format!("**{{'p': {a}, 'w': {b}}}"),
            _ => format!("{a}, {b}"),
        };
        if generator { format!("list({name}({arguments}))") } else { format!("{name}({arguments})") }
    }

    fn int(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Int, depth);
        match self.random.below(16) {
            0..=3 => {
                let (op, b) = (
                    self.random.pick(&["+", "-", "+", "-", "//", "%", "&", "|", "^"]),
                    self.expression(Kind::Int, depth),
                );
                format!("({a} {op} {b})")
            }
            4 => format!("(cut({a}) * cut({}))", self.expression(Kind::Int, depth)),
            5 => format!(
                "(cut({a}) {} small({}))",
                self.random.pick(&["<<", ">>", "**"]),
                self.expression(Kind::Int, depth)
            ),
            6 => format!("({}{a})", self.random.pick(&["-", "~", "+", "not "])),
            7 => format!("len({})", self.one_of(&[Kind::Str, Kind::List, Kind::Dict], depth)),
            8 => format!(
                "{}({a}, {})",
                self.random.pick(&["max", "min", "math.gcd"]),
                self.expression(Kind::Int, depth)
            ),
            9 => format!(
                "{}.{}",
                self.expression(Kind::Str, depth),
                self.random.pick(&["find('l')", "count('a')", "index('a')", "isdigit()", "startswith('a')"])
            ),
            10 => format!("int({})", self.one_of(&[Kind::Str, Kind::Float], depth)),
            11 => {
                format!("sum(x for x in cut({}) if isinstance(x, int))", self.expression(Kind::List, depth))
            }
            12 => format!("{}[{a}]", self.expression(Kind::List, depth)),
            13 => format!(
                "{}.{}",
                self.expression(Kind::Object, depth),
                self.random.pick(&["a", "b", "total()", "doubled"])
            ),
            14 => format!(
                "{}({})",
                self.random.pick(&["round", "math.floor", "math.ceil", "bool", "abs"]),
                self.expression(Kind::Float, depth)
            ),
            _ => format!(
                "({a}).{}",
                self.random.pick(&["bit_length()", "__add__(3)", "conjugate()", "numerator"])
            ),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Float, depth);
        match self.random.below(8) {
            0..=3 => {
                let (op, b) =
                    (self.random.pick(&["+", "-", "*", "/", "//", "%"]), self.expression(Kind::Float, depth));
                format!("({a} {op} {b})")
            }
            4 => format!("({} / {})", self.expression(Kind::Int, depth), self.expression(Kind::Int, depth)),
            5 => {
                format!("math.{}({a})", self.random.pick(&["sqrt", "fabs", "sin", "exp", "atan", "degrees"]))
            }
            6 => format!("float({})", self.one_of(&[Kind::Int, Kind::Str], depth)),
            _ => format!("round({a}, {})", self.random.below(6)),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Str, depth);
        match self.random.below(12) {
            0 => format!("(cut({a}) + cut({}))", self.expression(Kind::Str, depth)),
            1 => format!("(cut({a}) * small({}))", self.expression(Kind::Int, depth)),
            2 => format!("{a}[{}]", self.expression(Kind::Int, depth)),
            3 => format!("{a}[{}]", self.slice()),
            4 => format!(
                "{}({})",
                self.random.pick(&["str", "repr", "ascii"]),
                self.expression(Kind::Any, depth)
            ),
            5 | 6 => {
                let methods = [
                    "upper()",
                    "lower()",
                    "title()",
                    "strip()",
                    "replace('a', 'b')",
                    "zfill(6)",
                    "center(9, '*')",
                    "ljust(5)",
                    "partition(',')[0]",
                    "swapcase()",
                    "join(['x', 'y'])",
                    "removeprefix('a')",
                    "capitalize()",
                    "expandtabs(2)",
                ];
                format!("{a}.{}", self.random.pick(&methods))
            }
            7 | 8 => {
                let (kind, specs): (Kind, &[&str]) = match self.random.below(3) {
                    0 => (
                        Kind::Int,
                        &["", ":d", ":5", ":<6", ":+", ":,", ":x", ":#b", ":08", ":^9", ":_", ":e"],
                    ),
                    1 => (Kind::Float, &["", ":.2f", ":e", ":g", ":10.3f", ":+", ":%", ":.0f", ":,", ":G"]),
                    _ => (Kind::Str, &["", "!r", "!a", ":>8", ":.2", ":*^7", "!s:<6"]),
                };
                let (value, spec) = (self.expression(kind, depth), self.random.pick(specs));
                format!("f'<{{({value}){spec}}}|{{({a})!r}}>'")
            }
            9 => {
                let (kind, spec): (Kind, &str) = match self.random.below(3) {
                    0 => (Kind::Int, self.random.pick(&["%d", "%5d", "%05d", "%x", "%+d", "%o", "%-6d|"])),
                    1 => (Kind::Float, self.random.pick(&["%f", "%.3f", "%e", "%g", "%8.2f", "%.0f", "%d"])),
                    _ => (Kind::Any, self.random.pick(&["%s", "%r", "%8s|", "%.3s"])),
                };
                format!("'{spec}' % ({},)", self.expression(kind, depth))
            }
            10 => format!("'-'.join(str(x) for x in cut({}))", self.expression(Kind::List, depth)),
            _ => format!("''.join(sorted({a}))"),
        }
    }

    fn slice(&mut self) -> String {
        let (i, j) = (self.random.below(5), self.random.below(7));
        match self.random.below(5) {
            0 => format!("{i}:{j}"),
            1 => "::-1".into(),
            2 => format!("-{j}:"),
            3 => format!("::{}", i + 1),
            _ => format!("{j}:{i}:-1"),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::List, depth);
        match self.random.below(13) {
            0 => format!("(cut({a}) + cut({}))", self.expression(Kind::List, depth)),
            1 => format!("(cut({a}) * small({}))", self.expression(Kind::Int, depth)),
            2 => format!("{a}[{}]", self.slice()),
            3 => format!("[{}, {}]", self.expression(Kind::Any, depth), self.expression(Kind::Any, depth)),
            4 => format!("[*cut({a}), {}]", self.expression(Kind::Any, depth)),
            5 => {
                let condition = self.random.pick(&["", " if x", " if x != 2", " if isinstance(x, int)"]);
                format!(
                    "[{} for x in cut({a}){condition}]",
                    self.random.pick(&["x", "(x, x)", "[x]", "x * 2", "str(x)"])
                )
            }
            6 => format!("[[x, y] for x in cut({a}) for y in range({})]", self.random.below(3)),
            7 => format!(
                "sorted(cut({a}), key={})",
                self.random.pick(&["repr", "str", "lambda x: (len(str(x)), repr(x))"])
            ),
            8 => format!("list({}(cut({a})))", self.random.pick(&["reversed", "enumerate", "iter", "tuple"])),
            9 => format!("{}.split(',')", self.expression(Kind::Str, depth)),
            10 => {
                format!("list(range(small({}), {}))", self.expression(Kind::Int, depth), self.random.below(9))
            }
            11 => format!(
                "list(cut({}).{}())",
                self.expression(Kind::Dict, depth),
                self.random.pick(&["keys", "values", "items"])
            ),
            _ => format!(
                "list({}, cut({a})))",
                self.random.pick(&[
                    "map(str",
                    "filter(None",
                    "zip('ab'",
                    "itertools.chain([0]",
                    "map(lambda x: [x]"
                ])
            ),
        }
    }

    fn tuple(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Tuple, depth);
        match self.random.below(7) {
            0 => format!("({}, {})", self.expression(Kind::Any, depth), self.expression(Kind::Any, depth)),
            1 => format!("(cut({a}) + cut({}))", self.expression(Kind::Tuple, depth)),
            2 => format!("{a}[{}]", self.slice()),
            3 => format!(
                "divmod({}, {})",
                self.expression(Kind::Int, depth),
                self.expression(Kind::Int, depth)
            ),
            4 => format!("tuple(cut({}))", self.expression(Kind::List, depth)),
            5 => format!("{}.partition('a')", self.expression(Kind::Str, depth)),
            _ => format!("(*cut({a}), {})", self.expression(Kind::Any, depth)),
        }
    }

    fn dict(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Dict, depth);
        match self.random.below(6) {
            0 => format!(
                "{{{}: {}, 'k': {}}}",
                self.expression(Kind::Str, depth),
                self.expression(Kind::Any, depth),
                self.expression(Kind::Int, depth)
            ),
            1 => format!("({a} | {})", self.expression(Kind::Dict, depth)),
            2 => format!("{{**cut({a}), 'n': {}}}", self.expression(Kind::Any, depth)),
            3 => format!("{{x: i for i, x in enumerate(cut({}))}}", self.expression(Kind::Str, depth)),
            4 => format!(
                "dict(zip({}, cut({})))",
                self.expression(Kind::Str, depth),
                self.expression(Kind::List, depth)
            ),
            _ => format!(
                "dict.fromkeys({}, {})",
                self.expression(Kind::Str, depth),
                self.expression(Kind::Int, depth)
            ),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let a = self.expression(Kind::Any, depth);
        match self.random.below(6) {
            0 => format!("Derived({a}, b={})", self.expression(Kind::Any, depth)),
            1 => format!("Base({a})"),
            2 => format!("Derived.make({a})"),
            3 => format!("({} + {a})", self.expression(Kind::Object, depth)),
            4 => format!("{}({})", self.expression(Kind::Object, depth), self.expression(Kind::Int, depth)),
            _ => self.literal(Kind::Any),
        }
    }
}
