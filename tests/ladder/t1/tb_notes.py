# exit: 1
# Notes come after the message.
e = ValueError('main message')
e.add_note('first note')
e.add_note('second\nnote on two lines')
raise e
