// One import does: the values and the configuration files with it, and what errors are made of.
@_exported public import WGConfig
@_exported public import struct WGControl.ControlError
@_exported public import struct WGLinux.Errno
@_exported public import WGModel
