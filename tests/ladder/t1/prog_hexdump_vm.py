# A stack machine for a toy language: dispatch on strings, loops and calls.
def run(code, trace=False):
    stack, pc, calls, out = [], 0, [], []
    labels = {w[:-1]: i for i, w in enumerate(code) if w.endswith(':')}
    steps = 0
    while pc < len(code):
        w = code[pc]; pc += 1; steps += 1
        if w.endswith(':'): continue
        if w.lstrip('-').isdigit(): stack.append(int(w))
        elif w in ('+', '-', '*', '<'):
            b, a = stack.pop(), stack.pop()
            stack.append({'+': a + b, '-': a - b, '*': a * b, '<': int(a < b)}[w])
        elif w == 'dup': stack.append(stack[-1])
        elif w == 'swap': stack[-1], stack[-2] = stack[-2], stack[-1]
        elif w == 'drop': stack.pop()
        elif w == 'print': out.append(stack.pop())
        elif w == 'jz':
            target = code[pc]; pc += 1
            if not stack.pop(): pc = labels[target]
        elif w == 'jmp': pc = labels[code[pc]]
        elif w == 'call': calls.append(pc + 1); pc = labels[code[pc]]
        elif w == 'ret': pc = calls.pop()
        elif w == 'halt': break
        else: raise NameError('unknown word ' + w)
    return out, steps
print(run('2 3 + 4 * print halt'.split()))
print(run('1 10 loop: dup jz end dup 1 - swap drop swap dup print 2 * swap jmp loop end: halt'.split()))
print(run('5 call sq print 12 call sq print halt sq: dup * ret'.split()))
try: run(['boom'])
except NameError as e: print(e)
