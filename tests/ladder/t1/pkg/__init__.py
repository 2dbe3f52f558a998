print('pkg initialized')
VERSION = '1.2'
__all__ = ['VERSION', 'listed', '_under']
listed = 'in __all__'
_under = 'underscore but in __all__'
unlisted = 'not in __all__'
