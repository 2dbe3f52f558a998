# exit: 1
async for x in y:
    pass
