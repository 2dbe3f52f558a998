# os: what programs use most.
import os
print(os.sep, os.linesep == '\n', os.name, isinstance(os.getpid(), int), os.cpu_count() >= 1, os.getcwd() == os.path.abspath('.'))
print(os.path.join('a', 'b', '/c', 'd'), os.path.join('x', ''), os.path.basename('/a/b.txt'), os.path.dirname('/a/b.txt'), os.path.split('/a/b'), os.path.splitext('x.tar.gz'), os.path.exists('nosuch'), os.path.isdir('.'), os.path.isfile('os_basics.py'), os.path.normpath('/a/./b/../c'), os.path.isabs('/x'))
os.environ['WEFT_T'] = 'v'
print(os.environ.get('WEFT_T'), os.getenv('WEFT_T'), os.getenv('WEFT_NONE', 'd'), 'WEFT_T' in os.environ)
del os.environ['WEFT_T']
d = 'weft_ladder_dir_%d' % os.getpid()
os.mkdir(d); open(os.path.join(d, 'f'), 'w').close()
print(os.listdir(d), os.stat(os.path.join(d, 'f')).st_size)
os.remove(os.path.join(d, 'f')); os.rmdir(d)
for f in (lambda: os.listdir('nosuch'), lambda: os.remove('nosuch'), lambda: os.environ['WEFT_NONE'], lambda: os.mkdir('.')):
    try: f()
    except (OSError, KeyError) as e: print(type(e).__name__, e)
print(len(os.urandom(8)), isinstance(os.urandom(1), bytes))
