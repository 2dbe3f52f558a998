# exit: 1
# Names of own exception classes; a method's frame.
class MyError(Exception):
    def __str__(self): return 'custom text'
class Worker:
    def run(self):
        raise MyError(1, 2)
Worker().run()
