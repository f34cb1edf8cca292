using System.Threading.Channels;
using Callgate.Gateway.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>Files that change while the gateway runs.</summary>
public sealed class ConfigWatcherTests : IDisposable
{
    private readonly ConfigFolder _folder = new();
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();
    private ConfigWatcher? _watcher;

    public void Dispose()
    {
        _watcher?.Dispose();
        _folder.Dispose();
    }

    private static string Model(string name) =>
        $"model_list: [{{model_name: {name}, litellm_params: {{model: gpt-4o}}}}]\n";

    private ConfigWatcher Watch(string path)
    {
        _watcher = new ConfigWatcher(
            _folder.LoadFile(path),
            _folder.Options,
            NullLogger.Instance,
            TimeSpan.FromMilliseconds(20)
        );
        _watcher.Changed += c => _seen.Writer.TryWrite(string.Join(' ', c.Models.Names));
        _watcher.Refused += r => _seen.Writer.TryWrite(r.Errors.First().Message);
        return _watcher;
    }

    private async Task SeesAsync(string what)
    {
        // A write may be seen half done: what is not yet it is passed over.
        while (await _seen.Reader.ReadAsync(TestContext.Current.CancellationToken) != what) { }
    }

    [Fact]
    public async Task Written_renamed_and_created()
    {
        var path = _folder.Write("config.yaml", Model("one"));
        Watch(path).Start();
        _folder.Write("config.yaml", Model("two"));
        await SeesAsync("two");

        File.Move(_folder.Write("config.yaml.tmp", Model("three")), path, overwrite: true);
        await SeesAsync("three");

        File.Delete(path);
        _folder.Write("config.yaml", Model("four"));
        await SeesAsync("four");
    }

    [Fact]
    public async Task A_broken_edit_is_refused_and_its_cure_seen()
    {
        Watch(_folder.Write("config.yaml", Model("one"))).Start();
        _folder.Write("config.yaml", Model("two") + "general_settings: {max_budget: [}\n");
        await SeesAsync("This is no YAML: While parsing a node, did not find expected node content.");
        _folder.Write("config.yaml", Model("three"));
        await SeesAsync("three");
    }

    [Fact]
    public async Task An_included_file_that_is_new_then_edited()
    {
        Watch(_folder.Write("config.yaml", Model("one"))).Start();
        Directory.CreateDirectory(_folder.PathOf("sub"));
        _folder.Write("config.yaml", "include: [sub/more.yaml]");
        await SeesAsync($"names {_folder.PathOf("sub/more.yaml")}, which does not exist.");
        _folder.Write("sub/more.yaml", Model("two"));
        await SeesAsync("two");
        _folder.Write("sub/more.yaml", Model("three"));
        await SeesAsync("three");
    }

    [Fact]
    public async Task A_change_before_the_start_is_seen()
    {
        var watcher = Watch(_folder.Write("config.yaml", Model("one")));
        _folder.Write("config.yaml", Model("two"));
        watcher.Start();
        await SeesAsync("two");
    }

    [Fact]
    public async Task Links_as_Kubernetes_swaps_them()
    {
        _folder.Write("v1/config.yaml", Model("one"));
        _folder.Write("v2/config.yaml", Model("two"));
        Directory.CreateSymbolicLink(_folder.PathOf("..data"), "v1");
        File.CreateSymbolicLink(_folder.PathOf("config.yaml"), "..data/config.yaml");
        Watch(_folder.PathOf("config.yaml")).Start();

        Directory.CreateSymbolicLink(_folder.PathOf("..data_tmp"), "v2");
        Assert.Equal(0, Rename(_folder.PathOf("..data_tmp"), _folder.PathOf("..data")));
        await SeesAsync("two");
    }

    [Fact]
    public async Task A_subscriber_that_throws_ends_nothing()
    {
        var watcher = Watch(_folder.Write("config.yaml", Model("one")));
        watcher.Changed += _ => throw new InvalidOperationException();
        watcher.Start();
        _folder.Write("config.yaml", Model("two"));
        await SeesAsync("two");
        _folder.Write("config.yaml", Model("three"));
        await SeesAsync("three");
    }

    /// <summary>.NET can't replace one link by another in one step.</summary>
    private static int Rename(string from, string to)
    {
        using var move = System.Diagnostics.Process.Start("mv", ["-T", from, to])!;
        move.WaitForExit();
        return move.ExitCode;
    }
}
