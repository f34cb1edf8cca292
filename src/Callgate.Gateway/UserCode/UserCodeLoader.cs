using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Gateway.UserCode;

/// <summary>Makes handlers of what the configuration names: C# files, compiled here; libraries; types of the application. Thread-safe.</summary>
/// <param name="services">The application's services, for the constructors of handlers.</param>
/// <param name="cache">Where compiled files are kept; null: nowhere.</param>
internal sealed partial class UserCodeLoader(IServiceProvider services, CompiledCodeCache? cache)
{
    private readonly ILogger _logger = (
        services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance
    ).CreateLogger("Callgate.UserCode");

    /// <summary>Loads a callback. It is used until <see cref="LoadedCallback.ReleaseAsync"/>.</summary>
    /// <param name="reference">Its name in the configuration: see <see cref="CallbackReference.Resolve"/>.</param>
    /// <param name="baseDirectory">The folder of the configuration file.</param>
    /// <param name="settings">What its constructor gets where it asks for a <see cref="JsonElement"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CallbackLoadException">It can't be loaded; the message says why, where, and what to do.</exception>
    public async Task<LoadedCallback> LoadAsync(
        string reference,
        string baseDirectory,
        JsonElement? settings,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reference);
        var target = CallbackReference.Resolve(reference.Trim(), baseDirectory);
        if (target.FilePath is not { } path)
        {
            return await FromApplicationAsync(target.Type!, reference, baseDirectory, settings).ConfigureAwait(false);
        }

        var content = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        var isSource = path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase);
        // Compiling takes a while, and constructors may.
        return await Task.Run(
                async () =>
                {
                    var context = NewContext(path, isSource);
                    try
                    {
                        var assembly = isSource
                            ? LoadSource(context, path, content, cancellationToken)
                            : LoadLibrary(context, path, content);
                        var (member, type) = HandlerFinder.Find(assembly, target.Member, path);
                        return await BuildAsync(
                                member,
                                type,
                                (path, Convert.ToHexStringLower(SHA256.HashData(content))),
                                context,
                                reference,
                                baseDirectory,
                                settings
                            )
                            .ConfigureAwait(false);
                    }
                    catch
                    {
                        context.Unload();
                        throw;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Watches the callback's file, and puts each new version in the place of the one before.</summary>
    /// <param name="loaded">The callback, from a file.</param>
    /// <param name="replace">See <see cref="CallbackWatcher"/>.</param>
    /// <param name="pause">How long the file must be at rest. Default 50 milliseconds.</param>
    /// <param name="patience">How long disposing waits for a version that is being loaded. Default 5 seconds.</param>
    public CallbackWatcher Watch(
        LoadedCallback loaded,
        Func<LoadedCallback, LoadedCallback, Task> replace,
        TimeSpan? pause = null,
        TimeSpan? patience = null
    ) => new(this, loaded, replace, _logger, pause, patience);

    /// <summary>Reads the file, also while somebody has it open to write.</summary>
    internal static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using (file.ConfigureAwait(false))
            {
                using var content = new MemoryStream();
                await file.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                return content.ToArray();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CallbackLoadException($"{path} can't be read: {exception.Message}");
        }
    }

    private static UserCodeContext NewContext(string path, bool isSource)
    {
        try
        {
            return new UserCodeContext(Path.GetFileName(path), isSource ? null : path);
        }
        catch (InvalidOperationException exception)
        {
            throw new CallbackLoadException($"{path}: its dependencies can't be read: {exception.Message}");
        }
    }

    private Assembly LoadSource(
        UserCodeContext context,
        string path,
        byte[] content,
        CancellationToken cancellationToken
    )
    {
        var key = CompiledCodeCache.KeyOf(path, content);
        if (cache?.Read(key) is { } kept)
        {
            return context.Load(kept.Assembly, kept.Symbols);
        }

        var watch = Stopwatch.StartNew();
        var code = Compile(path, content, cancellationToken);
        foreach (var warning in code.Warnings)
        {
            LogCompilerWarning(_logger, warning);
        }

        var assembly = context.Load(code.Assembly, code.Symbols);
        LogCompiled(_logger, path, watch.ElapsedMilliseconds);
        if (cache?.Write(key, code, assembly.GetReferencedAssemblies()) is { } trouble)
        {
            LogNotCached(_logger, path, trouble);
        }

        return assembly;
    }

    // Never inlined: jitting a method that names the compiler loads it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CompiledCode Compile(string path, byte[] content, CancellationToken cancellationToken) =>
        CallbackCompiler.Compile(path, content, cancellationToken);

    private static Assembly LoadLibrary(UserCodeContext context, string path, byte[] content)
    {
        try
        {
            var symbols = Path.ChangeExtension(path, ".pdb");
            return context.Load(content, File.Exists(symbols) ? File.ReadAllBytes(symbols) : null);
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException)
        {
            throw new CallbackLoadException($"{path} can't be loaded: {exception.Message}");
        }
    }

    private Task<LoadedCallback> FromApplicationAsync(
        Type type,
        string reference,
        string baseDirectory,
        JsonElement? settings
    ) =>
        type.IsSubclassOf(typeof(CustomLogger)) && type is { IsAbstract: false, ContainsGenericParameters: false }
            ? BuildAsync(null, type, default, null, reference, baseDirectory, settings)
            : throw new CallbackLoadException(
                $"The callback '{reference}' is the type {type.FullName}, which is no class that derives from CustomLogger and can be made."
            );

    private async Task<LoadedCallback> BuildAsync(
        MemberInfo? member,
        Type? type,
        (string? Path, string? Hash) file,
        UserCodeContext? context,
        string reference,
        string baseDirectory,
        JsonElement? settings
    )
    {
        var provided = new CallbackServices(services, type?.FullName ?? member!.DeclaringType!.FullName!, settings);
        try
        {
            // A type that the application has registered is the application's to make, and to dispose.
            var registered = context is null ? provided.GetService(type!) : null;
            var handler =
                registered
                ?? (
                    type is not null ? ActivatorUtilities.CreateInstance(provided, type)
                    : member is FieldInfo field ? field.GetValue(null)
                    : ((PropertyInfo)member!).GetValue(null, BindingFlags.DoNotWrapExceptions, null, null, null)
                );
            return new LoadedCallback(
                handler as CustomLogger
                    ?? throw new CallbackLoadException(
                        $"{file.Path}: {member?.DeclaringType?.Name}.{member?.Name} holds {handler?.GetType().Name ?? "null"}, not a CustomLogger."
                    ),
                isOurs: registered is null,
                provided,
                context,
                _logger
            )
            {
                Reference = reference,
                BaseDirectory = baseDirectory,
                Settings = settings,
                HasTakenSettings = provided.HasGivenSettings,
                FilePath = file.Path,
                ContentHash = file.Hash,
            };
        }
#pragma warning disable CA1031 // It is the user's code: whatever it throws is why it can't be loaded.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await provided.DisposeAsync().ConfigureAwait(false);
            throw exception as CallbackLoadException
                ?? new CallbackLoadException(
                    $"{file.Path ?? reference}: {type?.Name ?? $"{member!.DeclaringType!.Name}.{member.Name}"} could not be made: {Describe(exception)}"
                );
        }
    }

    private static string Describe(Exception exception)
    {
        while (
            exception is TargetInvocationException or TypeInitializationException
            && exception.InnerException is { } inner
        )
        {
            exception = inner;
        }

        var frame = new StackTrace(exception, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(f => f.GetFileName() is not null && f.GetMethod()?.Module.Assembly.IsCollectible == true);
        return $"{exception.GetType().Name}: {exception.Message}"
            + (frame is null ? "" : $" (in {frame.GetFileName()}, line {frame.GetFileLineNumber()})");
    }

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private static partial void LogCompilerWarning(ILogger logger, string warning);

    [LoggerMessage(LogLevel.Information, "Compiled {File} in {Milliseconds} ms.")]
    private static partial void LogCompiled(ILogger logger, string file, long milliseconds);

    [LoggerMessage(
        LogLevel.Warning,
        "The compiled form of {File} can't be kept, so it is compiled at every start: {Trouble}."
    )]
    private static partial void LogNotCached(ILogger logger, string file, string trouble);
}
