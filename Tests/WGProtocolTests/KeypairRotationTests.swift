import Testing
import WGProtocol

struct KeypairRotationTests {
    enum Operation: CaseIterable {
        case initiator, responder, confirm, confirmAnother, retireOldest, removeAll
    }

    /// The rules as whitepaper 5.4.5 and 6 tell them: a list of generations, oldest first, each with its role.
    struct Model {
        enum Role { case previous, current, next }
        var generations: [(keypair: Int, role: Role)] = []

        mutating func retire(_ isOver: (Int, Role) -> Bool) -> [Int] {
            let retired = generations.filter { isOver($0.keypair, $0.role) }.map(\.keypair)
            generations.removeAll { retired.contains($0.keypair) }
            return retired
        }

        mutating func change(_ old: Role, to new: Role) {
            for index in generations.indices where generations[index].role == old { generations[index].role = new }
        }

        mutating func apply(_ operation: Operation, new: Int) -> [Int] {
            switch operation {
            case .initiator:
                var retired = retire { $1 == .previous }
                if generations.contains(where: { $0.role == .next }) {
                    retired += retire { $1 == .current }
                    change(.next, to: .previous)
                } else {
                    change(.current, to: .previous)
                }
                generations.append((new, .current))
                return retired
            case .responder:
                let retired = retire { $1 != .current }
                generations.append((new, .next))
                return retired
            case .confirm:
                guard generations.contains(where: { $0.role == .next }) else { return [] }
                let retired = retire { $1 == .previous }
                change(.current, to: .previous)
                change(.next, to: .current)
                return retired
            case .confirmAnother: return []
            case .retireOldest:
                let oldest = generations.map(\.keypair).min()
                return retire { keypair, _ in keypair == oldest }
            case .removeAll: return retire { _, _ in true }
            }
        }

        subscript(role: Role) -> Int? { generations.first { $0.role == role }?.keypair }
    }

    @Test("Every sequence of five operations keeps to the rules, and each keypair is retired exactly once")
    func exhaustive() {
        let operations = Operation.allCases
        let count = operations.count
        for number in 0..<count * count * count * count * count {
            var rest = number
            var rotation = KeypairRotation<Int>()
            var model = Model()
            var retired: [Int] = []
            var made = 0
            var sequence: [Operation] = []
            for _ in 0..<5 {
                let operation = operations[rest % count]
                rest /= count
                sequence.append(operation)
                if operation == .initiator || operation == .responder { made += 1 }
                let gone = apply(operation, &rotation, new: made)
                let expected = model.apply(operation, new: made)
                if gone.sorted() != expected.sorted()
                    || [rotation.previous, rotation.current, rotation.next]
                        != [model[.previous], model[.current], model[.next]]
                {
                    Issue.record("after \(sequence): \(rotation), retired \(gone), expected \(model), \(expected)")
                    return
                }
                retired += gone
            }
            let kept = [rotation.previous, rotation.current, rotation.next].compactMap { $0 }
            if (retired + kept).sorted() != Array(1..<made + 1) {
                Issue.record("after \(sequence): kept \(kept), retired \(retired)")
                return
            }
        }
    }

    @Test("Confirming the next keypair says whether it did anything")
    func confirmation() {
        var rotation = KeypairRotation<Int>()
        let nothing = rotation.confirmNext { _ in true }
        #expect(!nothing.isPromoted)
        _ = rotation.installAsResponder(1)
        #expect(rotation.current == nil)
        let another = rotation.confirmNext { $0 == 2 }
        #expect(!another.isPromoted)
        let confirmed = rotation.confirmNext { $0 == 1 }
        #expect(confirmed.isPromoted)
        #expect(rotation.current == 1)
    }

    private func apply(_ operation: Operation, _ rotation: inout KeypairRotation<Int>, new: Int) -> [Int] {
        switch operation {
        case .initiator: return rotation.installAsInitiator(new)
        case .responder: return rotation.installAsResponder(new)
        case .confirm: return rotation.confirmNext { _ in true }.retired
        case .confirmAnother: return rotation.confirmNext { _ in false }.retired
        case .retireOldest:
            let oldest = [rotation.previous, rotation.current, rotation.next].compactMap { $0 }.min()
            return rotation.retire { $0 == oldest }
        case .removeAll: return rotation.removeAll()
        }
    }
}
