internal import CLinux
import WGCrypto

/// What `HandshakeGate` remembers, in memory that the kernel looks into: under load it drops initiations of sources that
/// have just been heard of before they are queued, which costs a tenth of a receive. Where the kernel won't have the program
/// (it wants CAP_BPF), the memory is the engine's alone, and all of it is done after the receive.
///
/// Made by C before it gives up its rights. U writes the tables, and which of them is current; C whether they count.
/// Both are single words, and the kernel may see a change late: it then drops, or lets through, a few messages more.
struct HandshakeFilter {
    /// Of so many messages that the kernel would drop one passes, so that the engine sees that they still come.
    static let sample: UInt64 = 32
    /// The program's descriptor; -1 where the kernel has none.
    let program: Int32
    var isInKernel: Bool { program >= 0 }
    /// Random, so that nobody can choose sources whose places collide.
    let keys: InlineArray<4, UInt64>
    let memory: Memory

    /// `nil` when there is no memory.
    ///
    /// - Parameter asksKernel: whether to ask the kernel at all.
    init?(asksKernel: Bool = true) {
        let random = Random.keyBytes()
        var keys = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<32 { keys[index / 8] = keys[index / 8] &<< 8 | UInt64(random[index]) }
        // Odd factors lose nothing.
        for index in keys.indices { keys[index] |= 1 }
        self.keys = keys
        if asksKernel, let (shared, program) = Self.inKernel(keys) {
            (memory, self.program) = (Memory(base: shared), program)
        } else {
            guard let own = clinux_reserve(Memory.size) else { return nil }
            (memory, program) = (Memory(base: own), -1)
        }
    }

    func deallocate() {
        _ = clinux_unmap(memory.base, Memory.size)
        if isInKernel { _ = clinux_close(program) }
    }

    /// The map's descriptor isn't needed any more once the program and the mapping hold on to it.
    private static func inKernel(
        _ keys: InlineArray<4, UInt64>
    ) -> (memory: UnsafeMutableRawPointer, program: Int32)? {
        var memory: UnsafeMutableRawPointer?
        let map = clinux_gate_map(UInt32(Memory.size), &memory)
        guard map >= 0, let memory else { return nil }
        defer { _ = clinux_close(map) }
        let instructions = instructions(map: map, keys)
        let program = clinux_gate_program(instructions, UInt32(instructions.count))
        guard program >= 0 else {
            _ = clinux_unmap(memory, Memory.size)
            return nil
        }
        return (memory, program)
    }
}

extension HandshakeFilter {
    /// Two words, and two tables of bits.
    struct Memory {
        fileprivate static let armed = 0
        fileprivate static let current = 4
        fileprivate static let tables = 64
        /// Bytes of each table, a bit for each place.
        static let tableSize = 1 << 17
        fileprivate static let size = tables + 2 * tableSize

        fileprivate let base: UnsafeMutableRawPointer

        /// C: whether known sources are dropped by the kernel.
        func arm(_ isArmed: Bool) { base.storeBytes(of: isArmed ? 1 : 0, toByteOffset: Self.armed, as: UInt32.self) }

        /// U: the table that the kernel looks into is 0 or 1.
        func choose(_ table: Int) {
            base.storeBytes(of: UInt32(truncatingIfNeeded: table), toByteOffset: Self.current, as: UInt32.self)
        }

        /// U: one of the two tables.
        func table(_ index: Int) -> UnsafeMutablePointer<UInt64> {
            (base + Self.tables + index * Self.tableSize).assumingMemoryBound(to: UInt64.self)
        }
    }
}

// What the kernel does with a datagram: what `clinux_udp_shed_garbage` does, and what the tables say.
extension HandshakeFilter {
    private enum Place: Int, CaseIterable {
        case data, response, cookie, ipv6, fold, keep, drop
    }

    private typealias Program = KernelProgram<Place>

    /// Offsets in the packet count from the UDP header, or from the IP header by `ip`.
    private static let udp: Int32 = 8
    private static let ip = Int32(SKF_NET_OFF)

    private static func instructions(map: Int32, _ keys: InlineArray<4, UInt64>) -> [UInt64] {
        var program = Program()
        // The context, and in it the length.
        program.apply(.set, .r6, .r1)
        program.load(.word, .r7, from: .r6, at: 0)
        sortByType(&program)
        keepUnlessArmed(&program, map)
        findPlaces(&program, keys)
        for shift in [0, 20] as [Int32] { keepUnlessSet(&program, shift) }
        let random: Int32 = 7
        program.call(random)
        program.apply(.and, .r0, Int32(sample - 1))
        program.jump(to: .keep, if: .r0, .isEqual, 0)
        program.jump(to: .drop)
        for (place, length) in [(Place.data, 32), (.response, 92), (.cookie, 64)] as [(Place, Int32)] {
            program.mark(place)
            program.jump(to: .keep, if: .r7, .isAtLeast, udp + length)
            program.jump(to: .drop)
        }
        program.mark(.drop)
        program.end(with: 0)
        program.mark(.keep)
        program.end(with: -1)
        return program.instructions
    }

    /// Goes on with an initiation of 148 bytes. What is longer than a datagram has been joined by the kernel.
    private static func sortByType(_ program: inout Program) {
        program.jump(to: .keep, if: .r7, .isGreater, udp + 1500)
        program.loadPacket(.word, at: udp)
        program.jump(to: .data, if: .r0, .isEqual, 0x0400_0000)
        program.jump(to: .response, if: .r0, .isEqual, 0x0200_0000)
        program.jump(to: .cookie, if: .r0, .isEqual, 0x0300_0000)
        program.jump(to: .drop, if: .r0, .isNotEqual, 0x0100_0000)
        program.jump(to: .keep, if: .r7, .isGreater, udp + 148)
        program.jump(to: .drop, if: .r7, .isNotEqual, udp + 148)
    }

    /// Leaves the map's address in r9. A message with a second MAC is the engine's to judge.
    private static func keepUnlessArmed(_ program: inout Program, _ map: Int32) {
        program.set(.r9, toMap: map)
        program.load(.word, .r0, from: .r9, at: Memory.armed)
        program.jump(to: .keep, if: .r0, .isEqual, 0)
        for offset in stride(from: udp + 132, to: udp + 148, by: 4) {
            program.loadPacket(.word, at: offset)
            program.jump(to: .keep, if: .r0, .isNotEqual, 0)
        }
    }

    /// Leaves in r7 what `HandshakeGate.hash` says of the source, and in r9 the current table.
    private static func findPlaces(_ program: inout Program, _ keys: InlineArray<4, UInt64>) {
        program.loadPacket(.byte, at: ip)
        program.apply(.shiftRight, .r0, 4)
        program.jump(to: .ipv6, if: .r0, .isEqual, 6)
        program.loadPacket(.word, at: ip + 12)
        program.apply(.set, .r7, .r0)
        multiply(&program, .r7, keys[0])
        program.jump(to: .fold)
        program.mark(.ipv6)
        for (target, offset, key) in [(Program.Register.r7, Int32(8), keys[0]), (.r8, 16, keys[1])] {
            program.loadPacket(.word, at: ip + offset)
            program.apply(.set, target, .r0)
            program.apply(.shiftLeft, target, 32)
            program.loadPacket(.word, at: ip + offset + 4)
            program.apply(.or, target, .r0)
            multiply(&program, target, key)
        }
        program.apply(.add, .r7, .r8)
        program.mark(.fold)
        program.loadPacket(.halfWord, at: 0)
        multiply(&program, .r0, keys[2])
        program.apply(.add, .r7, .r0)
        program.apply(.set, .r1, .r7)
        program.apply(.shiftRight, .r1, 32)
        program.apply(.xor, .r7, .r1)
        multiply(&program, .r7, keys[3])
        program.apply(.shiftRight, .r7, 24)
        program.load(.word, .r0, from: .r9, at: Memory.current)
        program.apply(.and, .r0, 1)
        program.apply(.shiftLeft, .r0, Int32(Memory.tableSize.trailingZeroBitCount))
        program.apply(.add, .r9, .r0)
    }

    private static func multiply(_ program: inout Program, _ target: Program.Register, _ key: UInt64) {
        program.set(.r1, key)
        program.apply(.multiply, target, .r1)
    }

    /// Looks at the bit that 20 bits of r7 name.
    private static func keepUnlessSet(_ program: inout Program, _ shift: Int32) {
        program.apply(.set, .r1, .r7)
        program.apply(.shiftRight, .r1, shift + 6)
        program.apply(.and, .r1, Int32(Memory.tableSize / 8 - 1))
        program.apply(.shiftLeft, .r1, 3)
        program.apply(.set, .r2, .r9)
        program.apply(.add, .r2, .r1)
        program.load(.doubleWord, .r2, from: .r2, at: Memory.tables)
        program.apply(.set, .r1, .r7)
        program.apply(.shiftRight, .r1, shift)
        program.apply(.and, .r1, 63)
        program.apply(.shiftRight, .r2, .r1)
        program.apply(.and, .r2, 1)
        program.jump(to: .keep, if: .r2, .isEqual, 0)
    }
}
