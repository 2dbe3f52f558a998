# Runs the actors of a test over arrays of fresh states. Executed in the test's namespace before the test.
import _stress, _thread


def _loop(group, actor, act, states, results, meet):
    i = 0
    for state in states:
        meet(group, actor, i)
        try:
            results[i] = act(state)
        except BaseException as e:
            results[i] = type(e).__name__
        i += 1


def _actor(group, actor, act, box):
    _stress.place(group, actor)
    while _stress.stride(group):
        _loop(group, actor, act, box[0], box[1][actor], _stress.meet)
        _stress.finish(group)
    _stress.gone()


def _drive(test):
    actors = [test["actor%d" % i] for i in range(1, 5) if "actor%d" % i in test]
    make = test["make"]
    judge = test.get("judge")
    groups = _stress.begin(len(actors))
    boxes = [[None, None] for _ in range(groups)]
    for g in range(groups):
        for a, act in enumerate(actors):
            _thread.start_new_thread(_actor, (g, a, act, boxes[g]))
    while _stress.time_is_left():
        size = _stress.length()
        for box in boxes:
            box[0] = [make() for _ in range(size)]
            box[1] = [[None] * size for _ in actors]
        _stress.go()
        counts = {}
        for states, results in boxes:
            for row in zip(states, *results):
                try:
                    key = judge(*row) if judge else row[1:]
                except Exception as e:
                    key = type(e).__name__,
                if type(key) is not tuple:
                    key = key,
                counts[key] = counts.get(key, 0) + 1
        for key, n in counts.items():
            _stress.tally(", ".join(map(str, key)), n)
    _stress.end()
    for name in list(test):
        if name.startswith("actor") or name == "judge":
            del test[name]
