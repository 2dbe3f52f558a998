# _thread.start_joinable_thread and its handle.
import _thread
out = []
h = _thread.start_joinable_thread(lambda: out.append('ran'))
h.join()
print(out, h.is_done(), isinstance(h.ident, int))
h.join()
hs = [_thread.start_joinable_thread(lambda i=i: out.append(i)) for i in range(4)]
for x in hs: x.join()
print(sorted(out[1:]), _thread.daemon_threads_allowed(), _thread._get_main_thread_ident() == _thread.get_ident())
