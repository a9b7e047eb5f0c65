import JobModel
import Testing

@testable import Operations

@Suite struct RelationPatternTests {
    @Test(arguments: [
        ("public.orders", "public", "orders", true),
        ("Public.ORDERS", "public", "orders", true),
        ("public.orders", "public", "Orders", false),
        ("public.\"Orders\"", "public", "Orders", true),
        ("public.\"Order items\"", "public", "Order items", true),
        ("\"a.b\".\"c\"\"d\"", "a.b", "c\"d", true),
        ("orders", "any", "orders", true),
        ("orders", "any", "orders_2", false),
        ("sales.orders_*", "sales", "orders_2026", true),
        ("sales.orders_*", "sales", "orders", false),
        ("s*.o?ders", "sales", "orders", true),
        ("s*.o?ders", "sales", "oorders", false),
        ("public.\"o*\"", "public", "orders", false),
        ("public.\"o*\"", "public", "o*", true),
        ("Größen.Maße", "größen", "maße", true),
        ("public.a*b*c", "public", "axbxbc", true),
        ("public.a*b*c", "public", "axbxb", false),
        ("public.orders$old", "public", "orders$old", true),
        ("public.orders|x", "public", "orders", false),
    ])
    func `reads names as pg_dump does`(text: String, schema: String, name: String, matches: Bool) throws {
        #expect(try RelationPattern(text).matches(schema: ServerText(schema), name: ServerText(name)) == matches)
    }

    @Test(arguments: ["", "public.", ".orders", "a.b.c", "public.\"orders"])
    func `refuses what names nothing`(text: String) {
        #expect(throws: RestoreError.self) { try RelationPattern(text) }
    }

    @Test func `takes no point in the name of a schema`() {
        #expect(throws: RestoreError.self) { try RelationPattern("a.b", isSchema: true) }
        #expect(throws: Never.self) { try RelationPattern("\"a.b\"", isSchema: true) }
    }

    @Test(arguments: [
        ("public", "orders", "public.orders"), ("public", "Orders", "public.\"Orders\""),
        ("a.b", "c\"d", "\"a.b\".\"c\"\"d\""), ("größen", "maße", "größen.maße"), ("s", "x*", "s.\"x*\""),
    ])
    func `writes a name so that it can be said again`(schema: String, name: String, text: String) throws {
        let written = RelationPattern.text(schema: ServerText(schema), name: ServerText(name))
        #expect(written == text)
        let pattern = try RelationPattern(written)
        #expect(pattern.isExact && pattern.matches(schema: ServerText(schema), name: ServerText(name)))
    }
}
