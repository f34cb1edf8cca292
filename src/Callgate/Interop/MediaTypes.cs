namespace Callgate.Interop;

/// <summary>What OpenAI's format calls a format, and what the rest of the world calls it.</summary>
internal static class MediaTypes
{
    public static string AudioFormat(string mediaType) =>
        mediaType.ToUpperInvariant() switch
        {
            "AUDIO/MPEG" or "AUDIO/MP3" => "mp3",
            "AUDIO/WAV" or "AUDIO/X-WAV" or "AUDIO/WAVE" or "AUDIO/VND.WAVE" => "wav",
            _ => mediaType[(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)..],
        };

    public static string OfAudio(string format) => format == "mp3" ? "audio/mpeg" : $"audio/{format}";

    public static string OfImage(Uri uri) =>
        Extension(uri) switch
        {
            ".PNG" => "image/png",
            ".JPG" or ".JPEG" => "image/jpeg",
            ".GIF" => "image/gif",
            ".WEBP" => "image/webp",
            ".BMP" => "image/bmp",
            _ => "image/*",
        };

    public static string OfFile(Uri uri) =>
        Extension(uri) switch
        {
            ".PDF" => "application/pdf",
            ".TXT" => "text/plain",
            ".MP3" => "audio/mpeg",
            ".WAV" => "audio/wav",
            ".MP4" => "video/mp4",
            _ => "application/octet-stream",
        };

    private static string Extension(Uri uri) => Path.GetExtension(uri.AbsolutePath).ToUpperInvariant();
}
