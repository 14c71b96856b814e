import Testing

@testable import WGNetlink

struct LinkRemovalTests {
    /// Whoever may not remove any is refused as well.
    @Test(arguments: [0, 0x7fff_fff0] as [Int32]) func aLinkThatIsNotThereIsNotRemoved(index: Int32) {
        #expect(!LinkRemoval.remove(index: index))
    }
}
