using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Capacity.Swarm.Engine;

/// <summary>The certificates with which a client and an engine know each other, as the Docker client keeps
/// them.</summary>
/// <remarks>
/// Source: Docker documentation, "Protect the Docker daemon socket": <c>ca.pem</c> signs the engine's certificate,
/// <c>cert.pem</c> and <c>key.pem</c> are the client's. The engine's certificate is always verified, name included.
/// </remarks>
internal static class EngineTls
{
    /// <summary>Reads the certificates of a folder.</summary>
    /// <exception cref="ClusterException">One is not there, or cannot be read.</exception>
    public static SslClientAuthenticationOptions Read(string folder)
    {
        var authorities = new X509Certificate2Collection();
        string name = "ca.pem";
        try
        {
            authorities.ImportFromPemFile(Path.Combine(folder, name));
            if (authorities.Count == 0)
            {
                throw new CryptographicException("it holds no certificate");
            }

            name = "cert.pem with key.pem";
            using var pem = X509Certificate2.CreateFromPemFile(
                Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
            // Some systems cannot use a key that was never stored; this form works on all.
            X509Certificate2 client =
                X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // authorities of one's own publish no lists
            };
            policy.CustomTrustStore.AddRange(authorities);
            return new SslClientAuthenticationOptions
            {
                ClientCertificates = [client],
                CertificateChainPolicy = policy,
            };
        }
        catch (Exception problem)
            when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ClusterException($"cannot use {name} in {folder}: {problem.Message}",
                "DOCKER_CERT_PATH names a folder with ca.pem, cert.pem and key.pem (without a password)", problem);
        }
    }
}
