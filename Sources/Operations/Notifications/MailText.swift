import Crypto
import Foundation
import JobModel

/// A notice as a mail: headers and a plain text, in the form in which it goes over the wire.
///
/// Source: RFC 5322 (headers, at most 998 and better 78 bytes a line, CRLF), RFC 2047 (words that are not ASCII), RFC
/// 2045 (quoted-printable), RFC 3834 (`Auto-Submitted`, so that nobody's absence note answers).
struct MailText {
    let notice: Notice
    let from: String
    let to: [String]
    let date: CivilTime

    var bytes: [UInt8] { Array((headers + [""] + bodyLines).map { $0 + "\r\n" }.joined().utf8) }

    private var headers: [String] {
        [
            "Date: \(MailDate.text(of: date))",
            "From: \(MailHeader.oneLine(from))",
            "To: \(to.map(MailHeader.oneLine).joined(separator: ",\r\n "))",
            "Subject: \(MailHeader.text("[dbops] \(NoticeText(notice).title)", after: "Subject: ".count))",
            "Message-ID: <\(messageID)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
    }

    private var bodyLines: [String] {
        let text = NoticeText(notice)
        return QuotedPrintable.lines(of: "\(text.title)\n\n\(text.body)")
    }

    /// The same for a mail that is sent again, so that mail programs show it once.
    private var messageID: String {
        let digest = SHA256.hash(data: Data("\(notice.id) \(notice.at.text)".utf8))
        let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
        return "\(Hexadecimal.text(of: digest.prefix(16)))@\(MailHeader.oneLine(domain))"
    }
}

/// `Sat, 21 Nov 2026 02:00:00 +0000` (RFC 5322, 3.3)
enum MailDate {
    static func text(of instant: CivilTime) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: instant.date)
    }
}

/// Texts in the headers of a mail. Nothing in a text can begin another header.
enum MailHeader {
    /// Without line breaks and other control characters.
    static func oneLine(_ text: String) -> String { NoticeText.oneLine(text) }

    /// The text as it is where it is short and ASCII, else in encoded words of at most 75 characters, a line each.
    /// `position` is where on its line it begins.
    static func text(_ text: String, after position: Int) -> String {
        let line = oneLine(text)
        let isPlain = line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !line.contains("=?")
        if isPlain, position + line.utf8.count <= 78 { return line }
        return words(line).joined(separator: "\r\n ")
    }

    /// 45 bytes make 60 digits of base64, and `=?UTF-8?B?` with `?=` 72 characters; a scalar is never cut.
    private static func words(_ line: String) -> [String] {
        var words: [[UInt8]] = [[]]
        for scalar in line.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            // The first word follows the header's name on its line.
            if words[words.count - 1].count + bytes.count > (words.count == 1 ? 39 : 45) { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?UTF-8?B?\(Data($0).base64EncodedString())?=" }
    }
}

/// Text as lines of at most 76 ASCII characters (RFC 2045, 6.7).
enum QuotedPrintable {
    static func lines(of text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { encoded(line: $0) }
    }

    private static func encoded(line: Substring) -> [String] {
        var lines = [""]
        let bytes = Array(line.utf8)
        for (index, byte) in bytes.enumerated() {
            let isBlankAtEnd = (byte == 0x20 || byte == 0x09) && index == bytes.count - 1
            let isSafe = (byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")) || byte == 0x09
            let digits = Hexadecimal.text(of: [byte]).uppercased()
            let piece = isSafe && !isBlankAtEnd ? String(UnicodeScalar(byte)) : "=\(digits)"
            // One place is for the sign that the line goes on.
            if lines[lines.count - 1].utf8.count + piece.utf8.count > 75 {
                lines[lines.count - 1] += "="
                lines.append("")
            }
            lines[lines.count - 1] += piece
        }
        return lines
    }
}
