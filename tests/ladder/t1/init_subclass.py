# __init_subclass__ with keywords registers plugins.
class Plugin:
    registry = {}
    def __init_subclass__(cls, /, key=None, **kw):
        super().__init_subclass__(**kw)
        Plugin.registry[key or cls.__name__.lower()] = cls
class Csv(Plugin): pass
class Json(Plugin, key='js'): pass
class Sub(Csv, key='sub'): pass
print(sorted(Plugin.registry), Plugin.registry['js'] is Json)
try:
    class Bad(Plugin, wrong=1): pass
except TypeError as error:
    print('TypeError')
