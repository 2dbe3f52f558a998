# exit: 1
raise E, 1
