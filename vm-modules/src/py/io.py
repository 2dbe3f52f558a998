"""Files, text streams and in-memory streams."""

from _io import (BufferedRandom, BufferedReader, BufferedWriter, BytesIO, DEFAULT_BUFFER_SIZE, FileIO, StringIO,
                 TextIOWrapper, UnsupportedOperation, open, open_code, text_encoding)
from _io import (_BufferedIOBase as BufferedIOBase, _IOBase as IOBase, _RawIOBase as RawIOBase,
                 _TextIOBase as TextIOBase)

BlockingIOError = BlockingIOError

__all__ = ['BlockingIOError', 'open', 'open_code', 'IOBase', 'RawIOBase', 'FileIO', 'BytesIO', 'StringIO',
           'BufferedIOBase', 'BufferedReader', 'BufferedWriter', 'BufferedRandom', 'TextIOBase', 'TextIOWrapper',
           'UnsupportedOperation', 'SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'DEFAULT_BUFFER_SIZE']

SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2
