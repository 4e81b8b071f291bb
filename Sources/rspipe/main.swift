Program(arguments: Array(CommandLine.arguments.dropFirst())).runAndExit()
