/// A program for the kernel's virtual machine (RFC 9669), put together from instructions and jumps forward to named places.
struct KernelProgram<Place: RawRepresentable<Int> & CaseIterable> {
    /// The registers: 0 holds results, 1 to 5 do not survive `loadPacket` and `call`, 6 to 9 do.
    enum Register: UInt64 {
        case r0, r1, r2, r3, r4, r5, r6, r7, r8, r9
    }

    /// Arithmetic in 64 bits.
    enum Operation: UInt64 {
        case add = 0x00
        case multiply = 0x20
        case or = 0x40
        case and = 0x50
        case shiftLeft = 0x60
        case shiftRight = 0x70
        case xor = 0xa0
        case set = 0xb0
    }

    /// Comparisons without sign.
    enum Condition: UInt64 {
        case isEqual = 0x10
        case isGreater = 0x20
        case isAtLeast = 0x30
        case isNotEqual = 0x50
    }

    enum Size: UInt64 {
        case word = 0x00
        case halfWord = 0x08
        case byte = 0x10
        case doubleWord = 0x18
    }

    private var code: [UInt64] = []
    private var places = [Int](repeating: 0, count: Place.allCases.count)
    private var jumps: [(at: Int, to: Place)] = []

    /// As the kernel wants them: all jumps resolved.
    var instructions: [UInt64] {
        var code = code
        for (at, place) in jumps {
            let target = places[place.rawValue]
            precondition(target > at, "a jump to a place that does not follow")
            code[at] |= UInt64(target - at - 1) << 16
        }
        return code
    }

    /// Here is what jumps to `place` go to.
    mutating func mark(_ place: Place) { places[place.rawValue] = code.count }

    mutating func apply(_ operation: Operation, _ target: Register, _ value: Int32) {
        append(operation.rawValue | 0x07, target, immediate: value)
    }

    mutating func apply(_ operation: Operation, _ target: Register, _ source: Register) {
        append(operation.rawValue | 0x0f, target, source)
    }

    /// Sets all 64 bits of a register.
    mutating func set(_ target: Register, _ value: UInt64) {
        append(0x18, target, immediate: Int32(truncatingIfNeeded: value))
        code.append(value & 0xffff_ffff_0000_0000)
    }

    /// The address of the one value of a map.
    mutating func set(_ target: Register, toMap descriptor: Int32) {
        let pseudoMapValue: UInt64 = 2
        append(0x18 | pseudoMapValue << 12, target, immediate: descriptor)
        code.append(0)
    }

    /// From memory.
    mutating func load(_ size: Size, _ target: Register, from base: Register, at offset: Int) {
        append(0x61 | size.rawValue, target, base, offset: offset)
    }

    /// From the packet into r0, in host order. What isn't there ends the program with 0. r6 must hold the context.
    mutating func loadPacket(_ size: Size, at offset: Int32) {
        append(0x20 | size.rawValue, .r0, immediate: offset)
    }

    mutating func jump(to place: Place, if register: Register, _ condition: Condition, _ value: Int32) {
        jumps.append((code.count, place))
        append(condition.rawValue | 0x05, register, immediate: value)
    }

    mutating func jump(to place: Place) {
        jumps.append((code.count, place))
        append(0x05, .r0)
    }

    /// A function of the kernel, by its number; the result is in r0.
    mutating func call(_ function: Int32) { append(0x85, .r0, immediate: function) }

    /// Ends with a result.
    mutating func end(with result: Int32) {
        apply(.set, .r0, result)
        append(0x95, .r0)
    }

    private mutating func append(
        _ operation: UInt64, _ target: Register, _ source: Register = .r0, offset: Int = 0, immediate: Int32 = 0
    ) {
        code.append(
            operation | target.rawValue << 8 | source.rawValue << 12 | UInt64(UInt16(truncatingIfNeeded: offset)) << 16
                | UInt64(UInt32(bitPattern: immediate)) << 32)
    }
}
