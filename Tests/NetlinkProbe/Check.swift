/// Counts and prints the probe's verdicts, in the form that the kernel cases print theirs.
struct Check {
    private(set) var failures = 0

    mutating func expect(_ condition: Bool, _ name: String, _ detail: @autoclosure () -> String = "") {
        if condition {
            print("ok - \(name)")
        } else {
            failures += 1
            print("not ok - \(name) \(detail())")
        }
    }

    mutating func equal<Value: Equatable>(_ value: Value, _ expected: Value, _ name: String) {
        expect(value == expected, name, "got \(value), expected \(expected)")
    }

    /// The error that the body throws; a body without error is a failure.
    mutating func failure<Failure: Error>(_ name: String, _ body: () throws(Failure) -> Void) -> Failure? {
        do throws(Failure) {
            try body()
            expect(false, name, "no error")
            return nil
        } catch {
            return error
        }
    }

    /// A body that must not throw.
    mutating func success(_ name: String, _ body: () throws -> Void) {
        do {
            try body()
            expect(true, name)
        } catch {
            expect(false, name, "\(error)")
        }
    }
}
