/// A table `[stores.NAME]`.
package struct StoreTarget: Sendable, Equatable {
    package var name: String
    package var location: StoreLocation

    package init(name: String, location: StoreLocation) {
        self.name = name
        self.location = location
    }
}
