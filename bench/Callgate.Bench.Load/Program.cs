using Callgate.Bench.Load;
using Callgate.Bench.Load.Roles;

// One executable, several processes: what it is started as decides what it is.
switch (args)
{
    case [Role.Upstream]:
        await UpstreamRole.RunAsync();
        return 0;
    case [Role.Yarp, var upstream]:
        await YarpRole.RunAsync(upstream);
        return 0;
    case [Role.Callgate, var upstream, var callbacks]:
        await CallgateRole.RunAsync(upstream, callbacks == "3");
        return 0;
    case [Role.Load]:
        await LoadRole.RunAsync();
        return 0;
    case [Role.Guard, var file, .. var arguments]:
        return await GuardRole.RunAsync(file, arguments);
    default:
        if (BenchOptions.TryParse(args, out var options))
        {
            await new LoadBench(options).RunAsync();
            return 0;
        }

        Console.Error.WriteLine(BenchOptions.Help);
        return 1;
}
