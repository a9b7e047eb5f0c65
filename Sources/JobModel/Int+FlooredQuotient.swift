extension Int {
    /// The quotient rounded towards minus infinity, for a positive divisor: instants before 1970 are negative.
    func flooredQuotient(by divisor: Int) -> Int {
        (self >= 0 ? self : self - divisor + 1) / divisor
    }

    /// The smallest multiple of `divisor`, which is positive, that is not less than this.
    func roundedUp(toMultipleOf divisor: Int) -> Int {
        -((-self).flooredQuotient(by: divisor) * divisor)
    }
}
