# A recursive-descent calculator with own exceptions.
class ParseError(Exception): pass
class Parser:
    def __init__(self, text): self.text, self.at = text.replace(' ', ''), 0
    def peek(self): return self.text[self.at] if self.at < len(self.text) else ''
    def take(self):
        c = self.peek(); self.at += 1; return c
    def parse(self):
        v = self.expr()
        if self.peek(): raise ParseError('trailing %r at %d' % (self.peek(), self.at))
        return v
    def expr(self):
        v = self.term()
        while self.peek() and self.peek() in '+-':
            v = v + self.term() if self.take() == '+' else v - self.term()
        return v
    def term(self):
        v = self.factor()
        while self.peek() and self.peek() in '*/':
            v = v * self.factor() if self.take() == '*' else v / self.factor()
        return v
    def factor(self):
        c = self.take()
        if c == '(':
            v = self.expr()
            if self.take() != ')': raise ParseError('missing )')
            return v
        if c == '-': return -self.factor()
        start = self.at - 1
        if not c.isdigit(): raise ParseError('unexpected %r' % c)
        while self.peek().isdigit() or self.peek() == '.': self.at += 1
        t = self.text[start:self.at]
        return float(t) if '.' in t else int(t)
for text in ('1+2*3', '(1+2)*3', '2*(3+4)-10/4', '-(2-5)*2', '1.5*4', '', '2+', '(1', '1)', '4/0', '((((7))))'):
    try: print(text, '=', Parser(text).parse())
    except (ParseError, ZeroDivisionError) as e: print(text, '->', type(e).__name__, e)
