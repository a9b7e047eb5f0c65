extension AdviceCheck {
    /// The checks of a database's own objects.
    static let schema: [AdviceCheck] = [
        .foreignKeyWithoutIndex
    ]
}
