/// What bounds the memory and the objects of large objects that are dumped.
package struct LargeObjectLimits: Sendable, Equatable {
    /// Large objects whose beginnings one query reads. Default: 128.
    package var objectsPerQuery = 128
    /// How much of each it reads; what is longer is read on by itself. Default: 32 KiB.
    package var beginningInBytes = 32 << 10
    /// A pack's largest member, compressed; what is larger gets an object of its own. Default: 4 MiB.
    package var largestMemberInBytes = 4 << 20
    /// Another pack is begun beyond this, compressed. Default: 256 MiB.
    package var packSizeInBytes = 256 << 20

    package init() {}
}
