import ArgumentParser
import Glibc

/// Options that every command has.
struct GlobalOptions: ParsableArguments {
    @Flag(help: "Print results as JSON, one object a line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing but results, warnings and errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Tell more: each table, the plan, the programs used.")
    var verbose = false

    @Flag(help: "No colour and no live line. NO_COLOR and TERM=dumb do the same.")
    var noColor = false

    var progressStyle: ProgressDisplay.Style {
        if quiet { return .quiet }
        let environment = ProcessEnvironment.all
        let isPlain = noColor || environment["NO_COLOR"] != nil || environment["TERM"] == "dumb" || isatty(2) == 0
        return isPlain ? .plain : .live
    }
}
