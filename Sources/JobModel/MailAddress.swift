/// Which mail addresses can stand in an envelope and in a header as they are.
package enum MailAddress {
    /// `Dot-string@Domain` of RFC 5321, 4.1.2, in ASCII, with an address literal in place of the domain where need be.
    /// Quoted local parts are not taken.
    package static func isUsable(_ text: String) -> Bool {
        text.wholeMatch(
            of:
                /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~.-]+@([A-Za-z0-9._-]+|\[[0-9A-Za-z:.]+\])/
        ) != nil
    }
}
