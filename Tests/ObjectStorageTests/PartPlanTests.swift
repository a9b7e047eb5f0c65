import ObjectStorage
import Testing

struct PartPlanTests {
    private static let mebibyte = 1 << 20

    @Test(arguments: [(1, 8), (1_000, 8), (1_001, 16), (2_000, 16), (2_001, 32), (9_001, 4_096), (10_000, 4_096)])
    func `parts double after each thousand`(_ number: Int, _ mebibytes: Int) {
        #expect(PartPlan().sizeInBytes(ofPart: number) == mebibytes * Self.mebibyte)
    }

    @Test(arguments: [0, -1, 10_001])
    func `there is no part beyond the store's limit`(_ number: Int) {
        #expect(PartPlan().sizeInBytes(ofPart: number) == nil)
    }

    @Test func `five tebibytes fit into ten thousand parts`() {
        #expect(PartPlan().largestObjectSizeInBytes >= 5 << 40)
    }

    @Test func `a store of a thousand parts holds 800 gigabytes`() {
        let plan = PartPlan(maximumParts: 1_000)
        #expect(plan.sizeInBytes(ofPart: 1_000) == 4_096 * Self.mebibyte)
        #expect(plan.sizeInBytes(ofPart: 1_001) == nil)
        #expect(plan.largestObjectSizeInBytes > 800_000_000_000)
    }

    @Test func `no part is smaller or larger than S3 takes`() {
        #expect(PartPlan(firstPartSizeInBytes: 1).sizeInBytes(ofPart: 1) == 5 * Self.mebibyte)
        #expect(PartPlan(firstPartSizeInBytes: 1 << 30).sizeInBytes(ofPart: 9_999) == 5 << 30)
        #expect(PartPlan(firstPartSizeInBytes: .max).sizeInBytes(ofPart: 1) == 5 << 30)
    }

    @Test(arguments: [0, 1 << 30, 8_388_608_000])
    func `a plan for an object that takes parts of one size anyway is the same`(size: Int) {
        #expect(PartPlan().expecting(size) == PartPlan())
    }

    @Test(arguments: [(60_000_000_000, 8), (100_000_000_000, 12), (1_000_000_000_000, 120), (5 << 40, 656)])
    func `a large object that is expected gets parts of one size`(size: Int, mebibytes: Int) {
        let plan = PartPlan().expecting(size)
        let sizes = (1...8_000).map { plan.sizeInBytes(ofPart: $0) }
        #expect(Set(sizes) == [mebibytes * Self.mebibyte])
        #expect(8_000 * mebibytes * Self.mebibyte >= size)
    }

    @Test(arguments: [(9 << 30, 1_000), (100 << 30, 1_000), (9 << 30, 10_000), (100 << 30, 10_000), (1 << 40, 10_000)])
    func `an object that becomes seven times as large as was expected fits`(_ size: Int, _ maximum: Int) {
        let plan = PartPlan(maximumParts: maximum).expecting(size)
        #expect(plan.largestObjectSizeInBytes >= 7 * size)
        #expect(plan.sizeInBytes(ofPart: maximum + 1) == nil)
    }

    @Test(arguments: [1, 3, 9, 10, 11])
    func `few parts are planned all the same`(_ maximum: Int) {
        let sizes = (1...maximum).map { PartPlan(maximumParts: maximum).sizeInBytes(ofPart: $0) ?? 0 }
        #expect(sizes == sizes.sorted())
        #expect(sizes[0] == 8 * Self.mebibyte)
        #expect(PartPlan(maximumParts: maximum).sizeInBytes(ofPart: maximum + 1) == nil)
    }
}
