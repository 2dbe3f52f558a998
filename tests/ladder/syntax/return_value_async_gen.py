# exit: 1
# stderr: last
async def f():
    yield 1
    return 2
