using System.Collections.Concurrent;
using System.Globalization;

namespace Callgate.Sinks;

/// <summary>
/// Appends events to a file, a line each. The file is opened for each batch, so that it may be moved away at any time,
/// and holds whole lines only: a line that a crash has cut is ended before the next, and a batch that can't be written leaves no part.
/// </summary>
internal sealed class JsonlSink(string path, long maxFileSize, TimeProvider timeProvider) : IEventSink
{
    public const string DefaultPath = "callgate-events.jsonl";

    private const byte NewLine = (byte)'\n';

    // Others write for milliseconds: a second is plenty.
    private const int MaxLockTries = 50;
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(20);

    // Several sinks may be told to write to one file: they take turns.
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> s_turns = new();

    private readonly string _path = System.IO.Path.GetFullPath(path);

    public string Path => _path;

    public async ValueTask SendAsync(IReadOnlyList<SinkEvent> batch, CancellationToken cancellationToken)
    {
        var turn = s_turns.GetOrAdd(_path, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        var written = 0;
        try
        {
            while (written < batch.Count)
            {
                written += await AppendAsync(batch, written, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (written > 0)
        {
            // Only what is missing comes again.
            throw new SinkException($"{e.GetType().Name}: {e.Message}", e) { Undelivered = [.. batch.Skip(written)] };
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Appends as many events as the file may hold, at least one, and returns how many.</summary>
    private async ValueTask<int> AppendAsync(
        IReadOnlyList<SinkEvent> batch,
        int first,
        CancellationToken cancellationToken
    )
    {
        var file = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            var isCut = EndsInMidLine(file);
            if (file.Length > 0 && file.Length + batch[first].Json.Length + 1 > maxFileSize)
            {
                if (isCut)
                {
                    await WriteAsync(file, new byte[] { NewLine }, cancellationToken).ConfigureAwait(false);
                }

                Rotate();
                return 0;
            }

            var lines = new MemoryStream();
            if (isCut)
            {
                lines.WriteByte(NewLine);
            }

            var next = first;
            do
            {
                lines.Write(batch[next++].Json.Span);
                lines.WriteByte(NewLine);
            } while (next < batch.Count && file.Length + lines.Length + batch[next].Json.Length + 1 <= maxFileSize);

            await WriteAsync(file, lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken)
                .ConfigureAwait(false);
            return next - first;
        }
    }

    private async ValueTask<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var file = Open();
            if (TryLock(file))
            {
                return file;
            }

            await file.DisposeAsync().ConfigureAwait(false);
            if (tries == MaxLockTries)
            {
                throw new IOException($"Another process keeps '{_path}' locked.");
            }

            await Task.Delay(s_lockPause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_path)!);
        return new FileStream(
            _path,
            new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                // Readers must not keep us from writing, nor we them from reading; and the file may be moved away.
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            }
        );
    }

    /// <summary>Other processes may write to the file too. A byte far behind its end stands for the right to do so.</summary>
    private static bool TryLock(FileStream file)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return true;
        }

        try
        {
            file.Lock(long.MaxValue - 1, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool EndsInMidLine(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != NewLine;
    }

    private static async ValueTask WriteAsync(
        FileStream file,
        ReadOnlyMemory<byte> lines,
        CancellationToken cancellationToken
    )
    {
        var length = file.Length;
        file.Seek(0, SeekOrigin.End);
        try
        {
            await file.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // A full disk takes the start of it; what comes again must not stand there twice.
            file.SetLength(length);
            throw;
        }
    }

    private void Rotate()
    {
        var folder = System.IO.Path.GetDirectoryName(_path)!;
        var name = System.IO.Path.GetFileNameWithoutExtension(_path);
        var extension = System.IO.Path.GetExtension(_path);
        var time = timeProvider.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var number = 0; ; number++)
        {
            var suffix = number == 0 ? "" : $"-{number.ToString(CultureInfo.InvariantCulture)}";
            var target = System.IO.Path.Combine(folder, $"{name}.{time}{suffix}{extension}");
            if (!System.IO.Path.Exists(target))
            {
                File.Move(_path, target);
                return;
            }
        }
    }
}
