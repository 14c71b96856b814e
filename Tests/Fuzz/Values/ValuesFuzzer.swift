import TestSupport

// `make fuzz` runs it. What it finds becomes a seed, or a test. WGConfigTests replays the seeds.

/// Any bytes at all as a key, an address, a prefix, an endpoint, a port or another number: what is accepted survives
/// being written and read again, and is what the C library makes of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzValues(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let broken = ValueProperties.broken(by: Array(UnsafeBufferPointer(start: start, count: count)))
    precondition(broken.isEmpty, broken.joined(separator: "; "))
    return 0
}
