namespace Callgate.Bench.Load.Contenders;

/// <summary>A folder with an nginx configuration: one process, connections to the upstream kept, streams not gathered.</summary>
internal sealed class NginxFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-nginx-");

    public NginxFiles(Uri upstream, int port)
    {
        Config = Path.Combine(Folder, "nginx.conf");
        File.WriteAllText(
            Config,
            $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 4096; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                keepalive_requests 1000000000;
                upstream provider {
                    server 127.0.0.1:{{upstream.Port}};
                    keepalive 1024;
                    keepalive_requests 1000000000;
                }
                server {
                    listen 127.0.0.1:{{port}};
                    location / {
                        proxy_pass http://provider;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_buffering off;
                    }
                }
            }
            """
        );
    }

    public string Folder => _folder.FullName;

    public string Config { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
