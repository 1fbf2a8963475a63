#!/usr/bin/env python3
"""Writes the ctypes bindings of Recveil from its C headers.

usage: gen_abi.py INCLUDE_FOLDER MODULE_FOLDER
       gen_abi.py INCLUDE_FOLDER --layout > layout.c

The first form writes abi.py and abi_types.py. The second writes a C program that prints the size of every struct
and the offset and size of every field as the compiler sees them; a test compares the two.
Needs pycparser and a C preprocessor (cc).
"""
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from pycparser import c_ast, c_parser

SCALARS = {
    "void": None, "char": "c_char", "float": "c_float", "double": "c_double", "int": "c_int",
    "int8_t": "c_int8", "int16_t": "c_int16", "int32_t": "c_int32", "int64_t": "c_int64",
    "uint8_t": "c_uint8", "uint16_t": "c_uint16", "uint32_t": "c_uint32", "uint64_t": "c_uint64",
    "size_t": "c_size_t"}
STANDARD = {
    "stddef.h": "typedef unsigned long size_t;\n#define NULL ((void *)0)\n",
    "stdint.h": "".join(f"typedef {kind} {name};\n" for name, kind in (
        ("int8_t", "signed char"), ("int16_t", "short"), ("int32_t", "int"), ("int64_t", "long"),
        ("uint8_t", "unsigned char"), ("uint16_t", "unsigned short"), ("uint32_t", "unsigned"),
        ("uint64_t", "unsigned long")))}


class Unsupported(Exception):
    """A declaration that the bindings cannot express; the headers should not hold one."""


def initializers(include):
    """The structs that have an _INIT macro, by the name of the struct."""
    found = {}
    for header in sorted((include / "recveil").glob("*.h")):
        for macro in re.findall(r"#define (RECVEIL_\w+_INIT)\b", header.read_text()):
            found[macro[:-len("_INIT")].lower()] = macro
    return found


def preprocessed(include):
    """All headers, and a variable for each _INIT macro, without comments and macros."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in STANDARD.items():
            (Path(folder) / name).write_text(text)
        unit = "#include <recveil/recveil.h>\n" + "".join(
            f"{struct} init_of_{struct} = {macro};\n"
            for struct, macro in initializers(include).items())
        return subprocess.run(
            ["cc", "-E", "-P", "-nostdinc", "-U__GNUC__", f"-I{folder}", f"-I{include}", "-"],
            input=unit, capture_output=True, text=True, check=True).stdout


class Headers:
    """What the headers declare, in their order."""

    def __init__(self, include):
        self.constants, self.structs, self.callbacks, self.functions = {}, {}, {}, {}
        self.aliases, self.defaults, self.order = {}, {}, []
        for node in c_parser.CParser().parse(preprocessed(include)).ext:
            if isinstance(node, c_ast.Typedef):
                self.typedef(node)
            elif isinstance(node.type, c_ast.Enum):
                self.enum(node.type)
            elif isinstance(node.type, c_ast.FuncDecl):
                self.functions[node.name] = node.type
            elif node.name and node.name.startswith("init_of_"):
                self.initializer(node)
            else:
                raise Unsupported(node.coord)

    def typedef(self, node):
        inner = node.type
        if isinstance(inner, c_ast.PtrDecl) and isinstance(inner.type, c_ast.FuncDecl):
            self.callbacks[node.name] = inner.type
            self.order.append(node.name)
        elif isinstance(inner.type, c_ast.Struct):
            if inner.type.decls:
                self.structs[node.name] = inner.type.decls
                self.order.append(node.name)
        elif isinstance(inner.type, c_ast.IdentifierType):
            self.aliases[node.name] = inner.type.names[-1]

    def enum(self, node):
        value = -1
        for item in node.values.enumerators:
            value = value + 1 if item.value is None else self.number(item.value)
            self.constants[item.name] = value

    def number(self, node):
        if isinstance(node, c_ast.Constant):
            text = node.value.rstrip("uUlLfF")
            return float(text) if node.type in ("double", "float") else int(text, 0)
        if isinstance(node, c_ast.ID):
            return self.constants[node.name]
        if isinstance(node, c_ast.Cast):
            return self.number(node.expr)
        if isinstance(node, c_ast.UnaryOp) and node.op == "-":
            return -self.number(node.expr)
        if isinstance(node, c_ast.BinaryOp) and node.op in "|+-*" or node.op == "<<":
            left, right = self.number(node.left), self.number(node.right)
            return {"|": lambda: left | right, "+": lambda: left + right, "-": lambda: left - right,
                    "*": lambda: left * right, "<<": lambda: left << right}[node.op]()
        raise Unsupported(f"{node.coord}: a constant expression")

    def initializer(self, node):
        struct = node.name[len("init_of_"):]
        given = {}
        for field, value in zip(self.structs[struct], node.init.exprs):
            if isinstance(value, (c_ast.InitList, c_ast.UnaryOp)) and not (
                    isinstance(value, c_ast.UnaryOp) and value.op == "-"):
                continue  # zeros, or sizeof
            if isinstance(value, c_ast.Cast):
                continue  # NULL
            number = self.number(value)
            if number != 0:
                given[field.name] = number
        self.defaults[struct] = given

    def scalar(self, name):
        while name not in SCALARS and name in self.aliases:
            name = self.aliases[name]
        return SCALARS.get(name)

    def kind(self, node):
        """The ctypes name of a type: of a field, a parameter or a result."""
        if isinstance(node, c_ast.ArrayDecl):
            return f"c.{self.kind(node.type)[2:]} * {self.number(node.dim)}"
        if isinstance(node, c_ast.PtrDecl):
            return self.pointer(node.type)
        name = node.type.names[-1]
        if name in self.structs or name in self.callbacks:
            return name
        found = self.scalar(name)
        return f"c.{found}" if found else "None"

    def is_bytes(self, struct):
        """A struct that only names an array of bytes, such as an id: arrays of it are numbers."""
        fields = self.structs[struct]
        return len(fields) == 1 and isinstance(fields[0].type, c_ast.ArrayDecl)

    def pointer(self, node):
        if isinstance(node, c_ast.FuncDecl):
            return self.prototype(node)
        if isinstance(node, c_ast.TypeDecl):
            name = node.type.names[-1]
            if name == "char":
                return "c.c_char_p" if "const" in node.quals else "c.c_void_p"
            if name in self.structs and not self.is_bytes(name):
                return f"c.POINTER({name})"
        return "c.c_void_p"

    def parameter(self, node):
        kind = "c.c_void_p" if isinstance(node.type, c_ast.ArrayDecl) else self.kind(node.type)
        return "_Pointer" if kind == "c.c_void_p" else kind

    def parameters(self, function):
        given = function.args.params if function.args else []
        return [self.parameter(p) for p in given
                if not (isinstance(p.type, c_ast.TypeDecl) and self.kind(p.type) == "None")]

    def prototype(self, function):
        """A callback: a text it is given is bytes with a length, never a C string."""
        kinds = [k.replace("c.c_char_p", "c.c_void_p").replace("_Pointer", "c.c_void_p")
                 for k in self.parameters(function)]
        if len(kinds) == 3 and kinds[1] == "c.c_double":  # progress: the last is static text
            kinds[2] = "c.c_char_p"
        if kinds == ["c.c_void_p", "c.c_uint32", "c.c_void_p"]:  # log: a line
            kinds[2] = "c.c_char_p"
        return f"c.CFUNCTYPE({', '.join([self.kind(function.type)] + kinds)})"


TYPES_HEAD = '''"""Structs and callbacks of the C interface of Recveil; see recveil.abi.

Made from include/recveil by adapters/python/tools/gen_abi.py; do not edit.
"""
import ctypes as c
from typing import Any, Dict


def _address(value: Any) -> Any:
    """The address of an array, or what was given if it is not one."""
    if hasattr(value, "__array_interface__"):
        return value.__array_interface__["data"][0]
    return c.addressof(value) if isinstance(value, c.Array) else value


class _Struct(c.Structure):
    _defaults_: Dict[str, float] = {}

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        if self._fields_[0][0] == "struct_size":
            self.struct_size = c.sizeof(self)
        for name, value in {**self._defaults_, **fields}.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = _KINDS[type(self)].get(name)
        if kind is None:
            raise AttributeError(f"{type(self).__name__} has no field {name}")
        self.__dict__[name] = value  # kept alive; reads go to the field
        if kind is c.c_void_p:
            value = _address(value)
        elif isinstance(value, c.Structure) and not isinstance(value, kind):
            value = c.pointer(value)
        super().__setattr__(name, value)


class _Kinds(Dict[Any, Dict[str, Any]]):
    """The kind of each field of a struct, looked up once."""

    def __missing__(self, struct: Any) -> Dict[str, Any]:
        self[struct] = {field[0]: field[1] for field in struct._fields_}
        return self[struct]


_KINDS = _Kinds()

'''

HEAD = '''"""The C interface of Recveil for ctypes: constants, structs and functions under their C names.

Made from include/recveil by adapters/python/tools/gen_abi.py; do not edit. The headers say what
everything means. A struct is made with the values of its _INIT macro, and keywords replace them:

    lib = abi.load("librecveil.so.0")
    engine = ctypes.c_void_p()
    lib.recveil_engine_open_file(b"recveil.yaml", None, ctypes.byref(engine))
    decision = abi.recveil_decision()
    lib.recveil_route(engine, abi.recveil_request(user=7), decision)

Where C has a pointer to numbers, give a NumPy array, a ctypes array, byref() or an address; nothing
is converted, so the element type must be the one the header says. A struct keeps the arrays that were
given to it alive. A function that returns a status raises abi.Error unless it is RECVEIL_OK.
"""
import ctypes as c
from typing import Any, Callable, Dict, List, Tuple

from recveil.abi_types import *  # noqa: F403
from recveil.abi_types import _address


class Error(Exception):
    """A call that failed: `status` is its RECVEIL_E_*, the text says what was wrong."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _Pointer(c.c_void_p):
    """A parameter that is a pointer to numbers."""

    @classmethod
    def from_param(cls, value: Any) -> Any:
        return c.c_void_p.from_param(_address(value))

'''

TAIL = '''

def _error(function: str, status: int, text: str) -> Exception:
    return Error(status, text)


def load(path: str, failed: Callable[[str, int, str], Exception] = _error) -> Any:
    """The library at `path`, with every function declared. `failed` makes the exception of a call
    that failed, from the name of the function, the status and the text."""
    lib = c.CDLL(path)

    def checked(status: int, function: Any, _arguments: Any) -> int:
        if status != RECVEIL_OK:
            text = lib.recveil_last_error().decode("utf-8", "replace")
            raise failed(function.__name__, status, text)
        return status

    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(lib, name)
        function.argtypes = arguments
        function.restype = result
        if name in STATUS_FUNCTIONS:
            function.errcheck = checked
    return lib
'''


def packed(items, indent):
    """Items with commas, as many to a line as fit."""
    return textwrap.fill(", ".join(item.replace(" ", "\0") for item in items), 99,
                         initial_indent=indent, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def types_module(headers):
    out = [TYPES_HEAD.rstrip()]
    for name in headers.order:
        if name in headers.callbacks:
            out.append(f"\n\n{name} = {headers.prototype(headers.callbacks[name])}")
            continue
        fields = [f'("{field.name}", {headers.kind(field.type)})'
                  for field in headers.structs[name]]
        out.append(f"\n\nclass {name}(_Struct):\n    _fields_ = [\n{packed(fields, ' ' * 8)}]")
        given = headers.defaults.get(name)
        if given:
            out.append(f"    _defaults_ = {given!r}")
    return "\n".join(out) + "\n"


def module(headers):
    out = [HEAD]
    out += [f"{name} = {value}" for name, value in headers.constants.items()]
    out.append("\nFUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {")
    statuses = []
    for name, function in headers.functions.items():
        kinds = packed(headers.parameters(function), " " * 8).strip()
        out.append(f'    "{name}": ({headers.kind(function.type)}, [{kinds}]),')
        result = function.type
        if isinstance(result, c_ast.TypeDecl) and result.type.names == ["recveil_status"]:
            statuses.append(f'"{name}"')
    out.append(f"}}\nSTATUS_FUNCTIONS = frozenset((\n{packed(statuses, ' ' * 4)}))")
    return "\n".join(out) + "\n" + TAIL


def layout(headers):
    """A C program: a line "struct field offset size" for each field, and "struct . 0 size"."""
    out = ["#include <recveil/recveil.h>", "#include <stdio.h>", "int main(void) {"]
    for struct, fields in headers.structs.items():
        out.append(f'  printf("{struct} . 0 %zu\\n", sizeof({struct}));')
        for field in fields:
            out.append(f'  printf("{struct} {field.name} %zu %zu\\n", offsetof({struct}, '
                       f'{field.name}), sizeof((({struct} *)0)->{field.name}));')
    for name in headers.constants:
        out.append(f'  printf("{name} = %lld\\n", (long long){name});')
    for struct, macro in initializers(INCLUDE).items():
        for field in headers.structs[struct]:
            base = field.type
            if isinstance(base, c_ast.TypeDecl) and headers.kind(base)[2:] in SCALARS.values():
                out.append(f'  printf("{struct} {field.name} := %.17g\\n", '
                           f'(double)(({struct}){macro}).{field.name});')
    return "\n".join(out + ["  return 0;", "}"]) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    INCLUDE = Path(sys.argv[1])
    HEADERS = Headers(INCLUDE)
    if sys.argv[2] == "--layout":
        sys.stdout.write(layout(HEADERS))
    else:
        (Path(sys.argv[2]) / "abi.py").write_text(module(HEADERS))
        (Path(sys.argv[2]) / "abi_types.py").write_text(types_module(HEADERS))
