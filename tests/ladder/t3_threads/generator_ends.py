# Threads that share short generators: who sees the end, sees it as an end; every value is got by one of them.
import threading
def short():
    yield 1
    yield 2
    yield 3
async def co():
    class Wait:
        def __await__(self):
            yield 1
            yield 2
            yield 3
    await Wait()
def by_for(g, out):
    for x in g: out.append(x)
def by_next(g, out):
    while True: out.append(next(g))
def by_send(g, out):
    while True: out.append(g.send(None))
def run(make, ways):
    gens = [make() for _ in range(3000)]
    got, odd = [[[] for _ in ways] for _ in gens], []
    gate = threading.Barrier(len(ways))
    def body(k):
        gate.wait()
        for g, outs in zip(gens, got):
            while True:
                try: ways[k](g, outs[k])
                except StopIteration:
                    if ways[k] is by_for: odd.append('StopIteration left a for loop')
                    break
                except ValueError as e:
                    if 'already executing' not in str(e): odd.append(str(e))
                    continue
                except RuntimeError as e:
                    if 'already awaited' not in str(e): odd.append(str(e))
                break
    ts = [threading.Thread(target=body, args=(k,)) for k in range(len(ways))]
    for t in ts: t.start()
    for t in ts: t.join()
    bad = sum(sorted(sum(outs, [])) != [1, 2, 3] for outs in got)
    print(bad, set(odd))
run(short, [by_for, by_for])
run(short, [by_for, by_next, by_send])
run(co, [by_send, by_send])
